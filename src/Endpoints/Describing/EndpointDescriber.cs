using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Swath.Endpoints.Aws;
using Swath.Endpoints.SageMaker;

namespace Swath.Endpoints.Describing;

/// <summary>Asks SageMaker for an endpoint: what it is made of, and its tags where they matter.</summary>
internal sealed partial class EndpointDescriber(SageMakerConnection connection, AssumedRoles roles, ILogger<EndpointDescriber> logger)
{
    /// <summary>The tag that says how many requests one instance takes at once.</summary>
    public const string ConcurrencyTag = "osml:instance-concurrency";

    /// <param name="endpoint">The endpoint's name.</param>
    /// <param name="role">The role that asks; null for the process's own identity.</param>
    /// <param name="known">What was known before: its tag serves on while the tags can't be listed.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public async Task<EndpointDescription> DescribeAsync(string endpoint, string? role, EndpointDescription? known, CancellationToken cancellationToken)
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
            var client = role is null ? connection.Client : connection.ClientOf(role, roles.CredentialsOf(role));
            var output = await client.DescribeEndpointAsync(endpoint, cancellationToken).ConfigureAwait(false);
            var variants = (output.ProductionVariants ?? []).ConvertAll(Variant);
            var description = new EndpointDescription(endpoint, output.EndpointStatus, variants, null);
            return variants.Exists(variant => variant.ServerlessConcurrency is null)
                ? await WithTagsAsync(description, client, output.EndpointArn, known, cancellationToken).ConfigureAwait(false)
                : description;
        }
        catch (Exception e) when (DescriptionFailures.Of(e, endpoint, cancellationToken) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Tags are optional: an identity that may describe an endpoint and not list its tags can use it all the same.</summary>
    private async Task<EndpointDescription> WithTagsAsync(
        EndpointDescription description, SageMakerClient client, string arn, EndpointDescription? known, CancellationToken cancellationToken)
    {
        try
        {
            return description with { InstanceConcurrency = Concurrency(description.Name, await client.ListTagsAsync(arn, cancellationToken).ConfigureAwait(false)) };
        }
        catch (Exception e) when (DescriptionFailures.Of(e, description.Name, cancellationToken) is { } failure)
        {
            logger.LogWarning(
                failure, "The tags of endpoint {Endpoint} can't be listed; {Concurrency} is used for its instances. Allow sagemaker:ListTags if it has the tag {Tag}",
                description.Name, known?.InstanceConcurrency is { } before ? $"the tag's last known value, {before}," : "DEFAULT_INSTANCE_CONCURRENCY", ConcurrencyTag);
            return description with { InstanceConcurrency = known?.InstanceConcurrency, TagsProblem = $"its tags can't be listed ({failure.Kind})" };
        }
    }

    // A variant that is created or changed has no weight yet: it counts as one of equals. A weight that is no number counts nothing.
    private static double Weight(double? weight) => weight switch
    {
        null => 1,
        > 0 and < double.PositiveInfinity => weight.Value,
        _ => 0,
    };

    private static VariantDescription Variant(ProductionVariantSummary summary) => new(
        summary.VariantName,
        Weight(summary.CurrentWeight),
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
