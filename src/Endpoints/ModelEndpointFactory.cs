using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints.Http;

namespace Swath.Endpoints;

internal sealed class ModelEndpointFactory(
    IOptionsMonitor<EndpointsOptions> options, TimeProvider time, ILogger<HttpModelEndpoint> logger) : IModelEndpointFactory, IDisposable
{
    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new(StringComparer.Ordinal);
    private readonly Lazy<HttpMessageInvoker> _connections = new(() => ModelConnections.Open(options.CurrentValue));

    public IModelEndpoint Create(ModelEndpoint endpoint, string? variant)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!EndpointAddress.IsHttp(endpoint.Name, endpoint.Type))
            throw EndpointAddress.SageMakerNotSupported(endpoint.Name);
        var uri = EndpointAddress.ToUri(endpoint.Name);
        var headers = InvocationParameters.ToHeaders(endpoint.Parameters);
        var current = options.CurrentValue;
        var budget = _budgets.GetOrAdd(uri.Authority, _ => new RetryBudget(time));
        return new HttpModelEndpoint(uri, headers, _connections.Value, current, budget, time, logger);
    }

    public void Dispose()
    {
        if (_connections.IsValueCreated)
            _connections.Value.Dispose();
    }
}
