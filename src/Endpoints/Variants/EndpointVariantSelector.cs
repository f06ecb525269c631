using Swath.Contracts;
using Swath.Endpoints.Describing;

namespace Swath.Endpoints;

/// <summary>Weighted choice among the production variants, as SageMaker itself spreads requests that name none.</summary>
/// <param name="descriptions">What the endpoints are made of.</param>
/// <param name="random">Where chance comes from; safe for concurrent callers.</param>
internal sealed class EndpointVariantSelector(EndpointDescriptions descriptions, Random random) : IVariantSelector
{
    public async ValueTask<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (EndpointAddress.IsHttp(endpoint.Name, endpoint.Type))
            return null;
        if (!string.IsNullOrEmpty(endpoint.TargetVariant))
            return endpoint.TargetVariant;
        var description = await descriptions.GetAsync(endpoint.Name, endpoint.AssumedRole, cancellationToken).ConfigureAwait(false);
        if (description.Variants.Count > 0)
            return Choose(description.Variants, random.NextDouble());
        throw new InvocationException(
            InvocationFailure.UnknownEndpoint,
            retryable: true,
            $"SageMaker endpoint '{endpoint.Name}' has no variant yet; it is {description.Status}. Wait until it is {EndpointDescription.InService}.");
    }

    /// <param name="variants">At least one.</param>
    /// <param name="chance">Uniform in [0, 1).</param>
    private static string Choose(IReadOnlyList<VariantDescription> variants, double chance)
    {
        var total = variants.Sum(variant => variant.Weight);
        if (total <= 0)
            return variants[(int)(chance * variants.Count)].Name;
        var left = chance * total;
        VariantDescription? chosen = null;
        foreach (var variant in variants.Where(variant => variant.Weight > 0))
        {
            chosen = variant;
            left -= variant.Weight;
            if (left < 0)
                break;
        }

        // The last one with a weight also takes what rounding left over.
        return chosen!.Name;
    }
}
