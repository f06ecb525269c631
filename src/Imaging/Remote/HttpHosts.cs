using Swath.Access.Network;

namespace Swath.Imaging.Remote;

/// <summary>
/// Decides which web servers images may come from: by name before a request, and by address when a connection is made, so that a
/// name which resolves otherwise the second time gains nothing.
/// </summary>
internal sealed class HttpHosts : IDisposable
{
    private const string Permission = "IMAGE_HTTP_INTERNAL_ADDRESSES";

    private readonly Func<RemoteImageOptions> _options;
    private readonly HttpClient _public = Open(internalAddresses: false);
    private readonly HttpClient _any = Open(internalAddresses: true);

    public HttpHosts(Func<RemoteImageOptions> options) => _options = options;

    /// <summary>The connections through which an address may be read: those to internal addresses are not shared with who may not reach them.</summary>
    /// <param name="image">The image as it was named.</param>
    /// <param name="address">Its address, or one that it redirects to.</param>
    /// <param name="granted">The hosts of the job; null: those of the process's own settings.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.ForbiddenPath"/>, naming the setting to change.</exception>
    public HttpClient ClientFor(string image, Uri address, HostList? granted)
    {
        var allowed = _options();
        var via = address.AbsoluteUri == image ? "" : $", to which {new Uri(image).Host} redirects,";
        if (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && allowed.HttpPlain))
            throw new ImageException(ImageErrorKind.ForbiddenPath, image, $"{address.Scheme}://{address.Host}{via} is not read: use https:// (or set IMAGE_HTTP_PLAIN for http://)");
        granted ??= new HostList(allowed.HttpHosts.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), allowed.HttpInternalAddresses, namedAddresses: false);
        return granted.Judge(address) switch
        {
            HostVerdict.PublicAddresses => _public,
            HostVerdict.AnyAddress => _any,
            _ => throw new ImageException(
                ImageErrorKind.ForbiddenPath, image, $"the host {address.Authority}{via} is not one of IMAGE_HTTP_HOSTS: add it there if its images are trusted"),
        };
    }

    public void Dispose()
    {
        _public.Dispose();
        _any.Dispose();
    }

    // No proxy: it would make the connection, and the addresses that it may lead to could not be checked here. Redirections are
    // followed by hand, each one checked.
    private static HttpClient Open(bool internalAddresses) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = (context, cancellationToken) => CheckedConnections.ConnectAsync(context, internalAddresses, Permission, proxy: null, cancellationToken),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
