using System.Text.Json;
using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

/// <summary>What a call of AWS may throw, sorted the same for all clients.</summary>
public static class AwsFailures
{
    /// <summary>Whether it is a failure of the call: not the caller's own cancellation, and no defect.</summary>
    public static bool IsExpected(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException or JsonException => true,
        _ => false,
    };

    /// <summary>Whether the same call may succeed a little later.</summary>
    public static bool IsTransient(Exception failure) => failure switch
    {
        AmazonServiceException refusal => IsThrottling(refusal) || (int)refusal.StatusCode >= 500,
        HttpRequestException or IOException or TimeoutException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Throttling comes under several names, most often as 400.</summary>
    public static bool IsThrottling(AmazonServiceException refusal) =>
        (int)refusal.StatusCode == 429
        || refusal.ErrorCode is "ProvisionedThroughputExceededException" or "LimitExceededException" or "RequestLimitExceeded" or "SlowDown" or "TooManyRequestsException"
        || refusal.ErrorCode?.StartsWith("Throttl", StringComparison.Ordinal) == true;

    /// <summary>A sentence: the service's own words with its code, or what happened to the connection.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        AmazonServiceException { ErrorCode.Length: > 0 } refusal => $"{refusal.ErrorCode}: {Sentence(refusal.Message)}",
        OperationCanceledException or TimeoutException => "there was no answer in time.",
        HttpRequestException or IOException => $"it can't be reached ({failure.Message.TrimEnd('.')}).",
        JsonException or AmazonUnmarshallingException => "the answer can't be read; does AWS_ENDPOINT_URL name something else?",
        _ => Sentence(failure.Message),
    };

    private static string Sentence(string? text) => string.IsNullOrWhiteSpace(text) ? "no reason was given." : text.TrimEnd('.', ' ') + ".";
}
