using System.Net;
using System.Net.Sockets;

namespace Swath.Imaging.Remote;

/// <summary>
/// Decides which web servers images may come from: by name before a request, and by address when a connection is made, so that a
/// name which resolves otherwise the second time gains nothing.
/// </summary>
internal sealed class HttpHosts(Func<RemoteImageOptions> options)
{
    /// <exception cref="ImageException"><see cref="ImageErrorKind.ForbiddenPath"/>, naming the setting to change.</exception>
    public void Check(string image, Uri address)
    {
        var allowed = options();
        var via = address.AbsoluteUri == image ? "" : $", to which {new Uri(image).Host} redirects,";
        if (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && allowed.HttpPlain))
            throw new ImageException(ImageErrorKind.ForbiddenPath, image, $"{address.Scheme}://{address.Host}{via} is not read: use https:// (or set IMAGE_HTTP_PLAIN for http://)");
        if (!allowed.HttpHosts.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Any(entry => Matches(entry, address)))
            throw new ImageException(ImageErrorKind.ForbiddenPath, image, $"the host {address.Authority}{via} is not one of IMAGE_HTTP_HOSTS: add it there if its images are trusted");
    }

    /// <summary>Connects to an allowed address of a host.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var open = Array.FindAll(addresses, address => !NetworkAddresses.IsMetadata(address)
            && (options().HttpInternalAddresses || !NetworkAddresses.IsInternal(address)));
        if (open.Length == 0)
        {
            throw new ForbiddenAddressException(Array.Exists(addresses, NetworkAddresses.IsMetadata)
                ? $"the host {host} has the address of a cloud's metadata service: images are never read from there"
                : $"the host {host} has no public address ({string.Join(", ", addresses.Select(address => address.ToString()))}): set IMAGE_HTTP_INTERNAL_ADDRESSES if images may come from there");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool Matches(string entry, Uri address)
    {
        if (entry == "*")
            return true;

        // An entry without a port means the scheme's own; the colons of an IPv6 address stand in brackets.
        var colon = entry.LastIndexOf(':');
        var hasPort = colon > entry.LastIndexOf(']') && int.TryParse(entry.AsSpan(colon + 1), out var port) && port == address.Port;
        if (!hasPort && (colon > entry.LastIndexOf(']') || !address.IsDefaultPort))
            return false;
        var name = hasPort ? entry[..colon] : entry;
        return name.StartsWith("*.", StringComparison.Ordinal)
            ? address.IdnHost.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase) && address.IdnHost.Length > name.Length - 1
            : address.IdnHost.Equals(name.Trim('[', ']'), StringComparison.OrdinalIgnoreCase) || address.Host.Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
