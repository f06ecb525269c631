using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Makes endpoints of requests. Connections and retry budgets are shared by all endpoints of one address.</summary>
public interface IModelEndpointFactory
{
    /// <param name="endpoint">As the request names it.</param>
    /// <param name="variant">The production variant that was selected for the job; null for HTTP.</param>
    /// <exception cref="InvocationException">
    /// <see cref="InvocationFailure.InvalidEndpoint"/>: no tile will ever be answered. For SageMaker also what <see cref="Aws.IAssumedRoles"/> refuses.
    /// </exception>
    IModelEndpoint Create(ModelEndpoint endpoint, string? variant);
}
