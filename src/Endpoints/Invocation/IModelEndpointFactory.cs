using Swath.Access;
using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Makes endpoints of requests. Connections and retry budgets are shared by all endpoints of one address.</summary>
public interface IModelEndpointFactory
{
    /// <param name="endpoint">As the request names it.</param>
    /// <param name="variant">The production variant that was selected for the job; null for HTTP.</param>
    /// <param name="access">What the job may call; null where the endpoint is no request's, but this process's own.</param>
    /// <exception cref="InvocationException">
    /// <see cref="InvocationFailure.InvalidEndpoint"/>, <see cref="InvocationFailure.Forbidden"/>: no tile will ever be answered. For SageMaker also what <see cref="Aws.IAssumedRoles"/> refuses.
    /// </exception>
    IModelEndpoint Create(ModelEndpoint endpoint, string? variant, JobAccess? access = null);
}
