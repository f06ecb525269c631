using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Chooses the production variant that serves a job.</summary>
public interface IVariantSelector
{
    /// <returns>The request's own <see cref="ModelEndpoint.TargetVariant"/> when it names one, else a choice by weight; null for HTTP endpoints.</returns>
    /// <exception cref="InvocationException">The endpoint is unknown or can't be described.</exception>
    ValueTask<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken);
}
