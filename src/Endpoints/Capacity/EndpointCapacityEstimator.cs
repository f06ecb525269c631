using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints.Describing;

namespace Swath.Endpoints;

/// <summary>
/// The figure is made anew from the description for every question, so that a changed default applies to the next decision;
/// only the description is kept.
/// </summary>
internal sealed class EndpointCapacityEstimator(
    EndpointDescriptions descriptions, IOptionsMonitor<EndpointsOptions> options, ILogger<EndpointCapacityEstimator> logger) : ICapacityEstimator
{
    public async ValueTask<EndpointCapacity> EstimateAsync(
        string endpointName, EndpointType type, string? variant, string? role, CancellationToken cancellationToken)
    {
        var capacity = EndpointAddress.IsHttp(endpointName, type)
            ? Http(options.CurrentValue)
            : SageMaker(await descriptions.GetAsync(endpointName, role, cancellationToken).ConfigureAwait(false), variant, options.CurrentValue);
        logger.LogDebug("Endpoint {Endpoint} variant {Variant} takes {MaxCapacity} requests at once: {Basis}", endpointName, variant, capacity.MaxCapacity, capacity.Basis);
        return capacity;
    }

    private static EndpointCapacity Http(EndpointsOptions options) => new(
        options.DefaultHttpEndpointConcurrency, $"DEFAULT_HTTP_ENDPOINT_CONCURRENCY {options.DefaultHttpEndpointConcurrency}");

    private static EndpointCapacity SageMaker(EndpointDescription endpoint, string? variant, EndpointsOptions options)
    {
        var variants = endpoint.Variants.Where(candidate => string.IsNullOrEmpty(variant) || candidate.Name == variant).ToList();
        if (variants.Count == 0 && !string.IsNullOrEmpty(variant))
            throw UnknownVariant(endpoint, variant);
        var figures = variants.ConvertAll(candidate => Figure(candidate, endpoint.InstanceConcurrency, options));
        var basis = figures.Count == 0 ? "no variant yet" : string.Join(", ", figures.Select(figure => figure.Basis));
        if (endpoint.TagsProblem is { } problem && variants.Exists(candidate => candidate.ServerlessConcurrency is null))
            basis += $"; {problem}";
        if (endpoint.Status != EndpointDescription.InService)
            basis += $"; the endpoint is {endpoint.Status}";
        return new EndpointCapacity(Bounded(figures.Sum(figure => (long)figure.MaxCapacity)), basis);
    }

    private static EndpointCapacity Figure(VariantDescription variant, int? tag, EndpointsOptions options)
    {
        if (variant.ServerlessConcurrency is { } serverless)
            return new EndpointCapacity(Math.Max(serverless, 0), $"{variant.Name}: serverless MaxConcurrency {serverless}");
        var concurrency = tag ?? options.DefaultInstanceConcurrency;
        var source = tag is null ? "DEFAULT_INSTANCE_CONCURRENCY" : "tag " + EndpointDescriber.ConcurrencyTag;
        var instances = variant.Instances == 1 ? "instance" : "instances";
        return new EndpointCapacity(Bounded((long)variant.Instances * concurrency), $"{variant.Name}: {variant.Instances} {instances} x {concurrency} of {source}");
    }

    private static int Bounded(long figure) => (int)Math.Min(figure, int.MaxValue);

    private static InvocationException UnknownVariant(EndpointDescription endpoint, string variant)
    {
        var known = endpoint.Variants.Count == 0 ? "none yet" : string.Join(", ", endpoint.Variants.Select(candidate => candidate.Name));
        return new InvocationException(
            InvocationFailure.UnknownEndpoint,
            retryable: false,
            $"SageMaker endpoint '{endpoint.Name}' has no variant '{variant}'. Its variants: {known}.");
    }
}
