using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Swath.Endpoints.SageMaker;

namespace Swath.Endpoints.Describing;

/// <summary>Asks SageMaker for an endpoint: what it is made of, and its tags where they matter.</summary>
internal sealed partial class EndpointDescriber(SageMakerConnection connection, ILogger<EndpointDescriber> logger)
{
    /// <summary>The tag that says how many requests one instance takes at once.</summary>
    public const string ConcurrencyTag = "osml:instance-concurrency";

    public async Task<EndpointDescription> DescribeAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (!NamePattern().IsMatch(endpoint))
        {
            throw new InvocationException(
                InvocationFailure.InvalidEndpoint,
                retryable: false,
                $"'{endpoint}' is not the name of a SageMaker endpoint: letters, digits and hyphens, 63 at most. Give the name, not the ARN; for an HTTP endpoint give its URL.");
        }

        try
        {
            var client = connection.Client;
            var output = await client.DescribeEndpointAsync(endpoint, cancellationToken).ConfigureAwait(false);
            var variants = (output.ProductionVariants ?? []).ConvertAll(Variant);
            var concurrency = variants.Exists(variant => variant.ServerlessConcurrency is null)
                ? Concurrency(endpoint, await client.ListTagsAsync(output.EndpointArn, cancellationToken).ConfigureAwait(false))
                : null;
            return new EndpointDescription(endpoint, output.EndpointStatus, variants, concurrency);
        }
        catch (Exception e) when (DescriptionFailures.Of(e, endpoint, cancellationToken) is { } failure)
        {
            throw failure;
        }
    }

    private static VariantDescription Variant(ProductionVariantSummary summary) => new(
        summary.VariantName,
        summary.CurrentWeight is > 0 and < double.PositiveInfinity ? summary.CurrentWeight.Value : 0,
        summary.CurrentServerlessConfig?.MaxConcurrency,
        Math.Max(summary.CurrentInstanceCount ?? 0, 0));

    private int? Concurrency(string endpoint, IReadOnlyList<ResourceTag> tags)
    {
        var text = tags.FirstOrDefault(tag => tag.Key == ConcurrencyTag)?.Value;
        if (text is null)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var concurrency) && concurrency > 0)
            return concurrency;
        logger.LogWarning(
            "Endpoint {Endpoint} has the tag {Tag} with '{Value}', which is no whole number of 1 or more; DEFAULT_INSTANCE_CONCURRENCY is used instead",
            endpoint, ConcurrencyTag, text);
        return null;
    }

    // EndpointName of https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
    [GeneratedRegex(@"\A[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}\z", RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
