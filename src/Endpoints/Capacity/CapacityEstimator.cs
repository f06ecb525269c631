using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Endpoints;

internal sealed class CapacityEstimator(IOptionsMonitor<EndpointsOptions> options) : ICapacityEstimator
{
    public ValueTask<EndpointCapacity> EstimateAsync(
        string endpointName, EndpointType type, string? variant, CancellationToken cancellationToken)
    {
        if (!EndpointAddress.IsHttp(endpointName, type))
            return ValueTask.FromException<EndpointCapacity>(EndpointAddress.SageMakerNotSupported(endpointName));
        var concurrency = options.CurrentValue.DefaultHttpEndpointConcurrency;
        return ValueTask.FromResult(new EndpointCapacity(concurrency, $"DEFAULT_HTTP_ENDPOINT_CONCURRENCY {concurrency}"));
    }
}
