using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Says how much an endpoint can take.</summary>
public interface ICapacityEstimator
{
    /// <param name="endpointName">A URL or a SageMaker endpoint's name; a name that starts with http:// or https:// is HTTP whatever the type.</param>
    /// <param name="type">The type that the request names.</param>
    /// <param name="variant">A production variant; null asks for the whole endpoint.</param>
    /// <param name="role">The role that the request names for the endpoint; null for the process's own identity.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvocationException">The endpoint is unknown or can't be described.</exception>
    ValueTask<EndpointCapacity> EstimateAsync(string endpointName, EndpointType type, string? variant, string? role, CancellationToken cancellationToken);
}
