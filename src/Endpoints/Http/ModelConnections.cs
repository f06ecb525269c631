using System.Net;

namespace Swath.Endpoints.Http;

/// <summary>The pooled connections to all HTTP endpoints of the process.</summary>
internal static class ModelConnections
{
    public static HttpMessageInvoker Open(EndpointsOptions options) => new(
        new SocketsHttpHandler
        {
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
            Proxy = new ProxyExceptLoopback(HttpClient.DefaultProxy),
        },
        disposeHandler: true);

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
