using Amazon.Runtime;
using Swath.Endpoints.Http;

namespace Swath.Endpoints.SageMaker;

/// <summary>What a refused invocation means: the runtime's own errors, and those of the model behind it.</summary>
internal static class SageMakerFailures
{
    // A model's own message may be long; beyond this the JSON is cut and only the type is known.
    private const int MostErrorBytes = 64 << 10;

    private const string ErrorTypeHeader = "x-amzn-ErrorType";

    public static async ValueTask<InvocationException> OfAnswerAsync(
        string endpoint, HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await HttpFailures.BeginningAsync(response.Content, MostErrorBytes, cancellationToken).ConfigureAwait(false);
        var error = RuntimeError.Read(body.Span);
        var type = ErrorType(response);
        var status = (int)response.StatusCode;
        var (kind, retryable, reason) = type == "ModelError" || status == 424 ? OfModel(error) : OfRuntime(type, status, error);
        return new InvocationException(kind, retryable, $"SageMaker endpoint '{endpoint}': {reason}")
        {
            StatusCode = status,
            RetryAfter = HttpFailures.RetryAfter(response, time),
        };
    }

    /// <summary>No credentials, no region, an address that is no URL: the SDK's text says which.</summary>
    public static InvocationException OfClient(string endpoint, Exception failure) => new(
        InvocationFailure.Refused,
        retryable: true,
        $"SageMaker endpoint '{endpoint}' can't be invoked: {failure.Message.TrimEnd('.')}. Check AWS_REGION, AWS_ENDPOINT_URL and the credentials.",
        failure);

    private static (InvocationFailure Kind, bool Retryable, string Reason) OfModel(RuntimeError error)
    {
        var said = Said(error.OriginalMessage ?? error.Message);
        var log = error.LogStreamArn is { Length: > 0 } arn ? $" Its log: {HttpFailures.Printable(arn)}" : "";
        // The runtime itself gives up after 60 s, and then names no status of the model's.
        if (error.OriginalStatusCode is not (>= 300 and < 600))
        {
            return error.Message?.Contains("timed out", StringComparison.OrdinalIgnoreCase) == true
                ? (InvocationFailure.TimedOut, true, $"the model did not answer in SageMaker's time. Send smaller tiles.{said}{log}")
                : (InvocationFailure.ServerError, true, $"the model failed.{said}{log}");
        }

        var (kind, retryable, advice) = HttpFailures.Classify(error.OriginalStatusCode.Value);
        return (kind, retryable, $"the model answered HTTP {error.OriginalStatusCode}. {advice}{said}{log}");
    }

    private static (InvocationFailure Kind, bool Retryable, string Reason) OfRuntime(string type, int status, RuntimeError error)
    {
        var said = Said(error.Message);
        return type switch
        {
            "ValidationError" or "ValidationException" when error.Message?.Contains("not found", StringComparison.OrdinalIgnoreCase) == true => (
                InvocationFailure.UnknownEndpoint, false,
                $"there is no such endpoint or variant in this account and region. Check the name, AWS_REGION and the account of the credentials.{said}"),
            "ModelNotReadyException" => (InvocationFailure.Throttled, true, $"the model is still being loaded.{said}"),
            "ExpiredTokenException" or "RequestExpired" => (InvocationFailure.Refused, true, $"the credentials have ended.{said}"),
            "AccessDeniedException" => (InvocationFailure.Refused, false, $"allow sagemaker:InvokeEndpoint on it to the role, or to this process's own identity.{said}"),
            _ when type.StartsWith("Throttl", StringComparison.Ordinal) || status == 429 =>
                (InvocationFailure.Throttled, true, $"SageMaker throttles the calls: lower its concurrency here or add capacity there.{said}"),
            "ServiceUnavailable" => (InvocationFailure.Throttled, true, $"SageMaker has no room for the call.{said}"),
            _ when status == 413 || error.Message?.Contains("payload size", StringComparison.OrdinalIgnoreCase) == true =>
                (InvocationFailure.TileTooLarge, false, $"it does not take tiles this large: lower tile.size, or choose a smaller tile.format and tile.compression.{said}"),
            _ => Other(type, status, said),
        };
    }

    private static (InvocationFailure Kind, bool Retryable, string Reason) Other(string type, int status, string said)
    {
        var (kind, retryable, _) = HttpFailures.Classify(status);
        return (kind, retryable, $"SageMaker answered HTTP {status} {type}.{said}");
    }

    // The header may carry a URL after the type: "ValidationError:http://internal.amazon.com/...".
    private static string ErrorType(HttpResponseMessage response) =>
        response.Headers.TryGetValues(ErrorTypeHeader, out var values) ? values.First().Split(':', ',')[0].Trim() : "";

    private static string Said(string? message)
    {
        var line = HttpFailures.Printable(message ?? "");
        return line.Length == 0 ? "" : $" It said: {line}";
    }
}
