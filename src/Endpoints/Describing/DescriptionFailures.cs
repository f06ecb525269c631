using System.Text.Json;
using Amazon.Runtime;
using Swath.Endpoints.Aws;

namespace Swath.Endpoints.Describing;

/// <summary>Why an endpoint could not be described, in the words of the person who can change it.</summary>
internal static class DescriptionFailures
{
    /// <returns>Null for what is no failure of the API: the caller's own cancellation, or a defect.</returns>
    public static InvocationException? Of(Exception exception, string endpoint, CancellationToken cancellationToken) => exception switch
    {
        AmazonUnmarshallingException or JsonException => Failure(
            exception, endpoint, InvocationFailure.NotJson, true, "the answer can't be read. Check that AWS_ENDPOINT_URL names SageMaker"),
        AssumedRoleException refusal => Failure(exception, endpoint, InvocationFailure.Refused, refusal.Retryable, refusal.Message),
        AmazonServiceException refusal => Refused(refusal, endpoint),
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,
        OperationCanceledException or TimeoutException => Failure(exception, endpoint, InvocationFailure.TimedOut, true, "SageMaker did not answer in time"),
        HttpRequestException or IOException => Failure(
            exception, endpoint, InvocationFailure.Unreachable, true, $"SageMaker can't be reached ({exception.Message}). Check the network, AWS_REGION and AWS_ENDPOINT_URL"),
        // No credentials, no region, an address that is no URL: the SDK's text says which.
        AmazonClientException => Failure(
            exception, endpoint, InvocationFailure.Refused, true, $"{exception.Message.TrimEnd('.')}. Check AWS_REGION, AWS_ENDPOINT_URL and the credentials"),
        _ => null,
    };

    private static InvocationException Refused(AmazonServiceException refusal, string endpoint)
    {
        var code = refusal.ErrorCode ?? "";
        var status = (int)refusal.StatusCode;
        if (code == "ValidationException" && refusal.Message.Contains("could not find", StringComparison.OrdinalIgnoreCase))
        {
            return new InvocationException(
                InvocationFailure.UnknownEndpoint,
                retryable: false,
                $"SageMaker has no endpoint '{endpoint}' in this account and region. Check the name, AWS_REGION and the account of the credentials.",
                refusal)
            { StatusCode = status };
        }

        if (code.StartsWith("Throttl", StringComparison.Ordinal) || status == 429)
            return Failure(refusal, endpoint, InvocationFailure.Throttled, true, "SageMaker throttles the calls of this account", status);
        if (status >= 500)
            return Failure(refusal, endpoint, InvocationFailure.ServerError, true, $"SageMaker failed ({status} {code})", status);
        if (code.StartsWith("AccessDenied", StringComparison.Ordinal))
            return Failure(refusal, endpoint, InvocationFailure.Refused, true, $"{refusal.Message} Allow sagemaker:DescribeEndpoint and sagemaker:ListTags", status);
        return Failure(refusal, endpoint, InvocationFailure.Refused, true, $"{code}: {refusal.Message}", status);
    }

    private static InvocationException Failure(
        Exception exception, string endpoint, InvocationFailure kind, bool retryable, string reason, int? status = null) =>
        new(kind, retryable, $"SageMaker endpoint '{endpoint}' can't be described: {reason.TrimEnd('.', ' ')}.", exception) { StatusCode = status };
}
