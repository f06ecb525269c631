using System.Text.Json;
using Swath.Endpoints.Aws.Sqs;

namespace Swath.Intake.Sqs;

/// <summary>The queue that is read and the one that takes what can't be read.</summary>
/// <param name="Url">Of the requests.</param>
/// <param name="DeadLetterUrl">Of the refused ones; null when the queue has none.</param>
internal sealed record RequestQueue(string Url, string? DeadLetterUrl)
{
    private const string RedrivePolicy = "RedrivePolicy";

    /// <summary>Finds both by what the settings, and the queue's own redrive policy, say.</summary>
    public static async Task<RequestQueue> FindAsync(ISqsClient sqs, SqsGatewayOptions options, CancellationToken cancellationToken)
    {
        var url = await UrlAsync(sqs, options.Queue!, cancellationToken);
        if (options.DeadLetterQueue is { Length: > 0 } named)
            return new RequestQueue(url, await UrlAsync(sqs, named, cancellationToken));
        var attributes = await sqs.GetQueueAttributesAsync(url, [RedrivePolicy], cancellationToken);
        return new RequestQueue(url, attributes.TryGetValue(RedrivePolicy, out var policy) && TargetOf(policy) is { } target
            ? await UrlAsync(sqs, target, cancellationToken)
            : null);
    }

    private static async Task<string> UrlAsync(ISqsClient sqs, string queue, CancellationToken cancellationToken)
    {
        if (queue.Contains("://", StringComparison.Ordinal))
            return queue;

        // arn:aws:sqs:region:account:name
        return queue.Split(':') is ["arn", _, _, _, var account, var name]
            ? await sqs.GetQueueUrlAsync(name, account, cancellationToken)
            : await sqs.GetQueueUrlAsync(queue, null, cancellationToken);
    }

    private static string? TargetOf(string policy)
    {
        using var json = JsonDocument.Parse(policy);
        return json.RootElement.TryGetProperty("deadLetterTargetArn", out var target) ? target.GetString() : null;
    }
}
