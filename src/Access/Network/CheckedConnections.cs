using System.Net;
using System.Net.Sockets;

namespace Swath.Access.Network;

/// <summary>
/// Makes connections to addresses that were looked at: a name that resolves otherwise the second time gains nothing, because the second time
/// is this one.
/// </summary>
public static class CheckedConnections
{
    /// <summary>Connects to an allowed address of a host; for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="internalAddresses">Whether loopback, link-local and private addresses are allowed.</param>
    /// <param name="permission">The setting that would allow them.</param>
    /// <param name="proxy">Chooses proxies; null where none is used.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ForbiddenAddressException">The host has none but addresses that are not allowed.</exception>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, bool internalAddresses, string permission, IWebProxy? proxy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);

        // A proxy is chosen by whoever runs this process; what lies behind it is the proxy's to judge.
        var isProxy = proxy is not null && context.InitialRequestMessage.RequestUri is { } asked && !proxy.IsBypassed(asked)
            && proxy.GetProxy(asked) is { } way && way.IdnHost == host && way.Port == port;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        var open = isProxy ? addresses : Array.FindAll(addresses, address => IsOpen(address, internalAddresses));
        if (open.Length == 0)
            throw new ForbiddenAddressException(Array.Exists(addresses, NetworkAddresses.IsMetadata)
                ? $"the host {host} has the address of a cloud's metadata service, which is never spoken to"
                : $"the host {host} has no public address ({string.Join(", ", addresses.Select(address => address.ToString()))}): {permission} would allow it");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address may be connected to.</summary>
    public static bool IsOpen(IPAddress address, bool internalAddresses) =>
        !NetworkAddresses.IsMetadata(address) && (internalAddresses || !NetworkAddresses.IsInternal(address));
}
