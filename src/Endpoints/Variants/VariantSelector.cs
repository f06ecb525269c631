using Swath.Contracts;

namespace Swath.Endpoints;

internal sealed class VariantSelector : IVariantSelector
{
    public ValueTask<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (EndpointAddress.IsHttp(endpoint.Name, endpoint.Type))
            return ValueTask.FromResult<string?>(null);
        // An explicit variant needs no choice, but nobody could ask it: better to say so before the job waits for capacity.
        return ValueTask.FromException<string?>(EndpointAddress.SageMakerNotSupported(endpoint.Name));
    }
}
