using System.Net;
using Swath.Access.Network;

namespace Swath.Endpoints.Http;

/// <summary>The pooled connections to all HTTP endpoints of the process.</summary>
internal static class ModelConnections
{
    private const string Permission = "ENDPOINT_INTERNAL_ADDRESSES";

    /// <param name="options">How long to wait.</param>
    /// <param name="internalAddresses">Whether they may lead to loopback, link-local and private addresses. Jobs that may go there share no connection with those that may not.</param>
    public static HttpMessageInvoker Open(EndpointsOptions options, bool internalAddresses)
    {
        var proxy = new ProxyExceptLoopback(HttpClient.DefaultProxy);
        return new HttpMessageInvoker(Handler(options, internalAddresses, proxy), disposeHandler: true);
    }

    private static SocketsHttpHandler Handler(EndpointsOptions options, bool internalAddresses, ProxyExceptLoopback proxy) => new()
    {
        ConnectCallback = (context, cancellationToken) => CheckedConnections.ConnectAsync(context, internalAddresses, Permission, proxy, cancellationToken),
        ConnectTimeout = TimeSpan.FromSeconds(options.ConnectTimeoutSeconds),
        // Old connections would stick to the addresses of yesterday's load balancer.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        // How many requests run at once is the ledger's decision, not the socket pool's.
        MaxConnectionsPerServer = int.MaxValue,
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        Proxy = proxy,
    };

    /// <summary>The system's proxy, but a model on this machine is asked directly.</summary>
    private sealed class ProxyExceptLoopback(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || proxy.IsBypassed(host);
    }
}
