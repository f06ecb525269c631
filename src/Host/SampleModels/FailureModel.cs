using System.Globalization;
using System.Text;

namespace Swath.Host.SampleModels;

/// <summary>
/// Fails as a request asks, by query (<c>?mode=500&amp;probability=0.2</c>) or by the same pairs in the header
/// <c>X-Amzn-SageMaker-Custom-Attributes</c> (<c>mode=500,probability=0.2</c>), which a job's endpoint parameter CustomAttributes sets.
/// Modes: an HTTP status (<c>500</c>, the default; <c>429</c> and <c>503</c> with <c>Retry-After: 1</c>), <c>slow</c> (no answer until the caller
/// gives up), <c>drop</c> (the connection ends in the middle of the answer), <c>garbage</c> (no JSON), <c>nan</c>, <c>huge</c> (an answer
/// without end), <c>empty</c> (200 without a body), <c>shape</c> (JSON that is no FeatureCollection), <c>none</c>.
/// probability: the part of requests that fails, spread evenly by their number; default 1. A request that does not fail gets the centre point.
/// </summary>
internal static class FailureModel
{
    /// <returns>False when this request is not to fail.</returns>
    public static async Task<bool> TryFailAsync(HttpContext context, int request, TimeProvider time, CancellationToken cancellationToken)
    {
        var mode = Ask(context.Request, "mode") ?? "500";
        var probability = double.TryParse(Ask(context.Request, "probability"), CultureInfo.InvariantCulture, out var asked) ? asked : 1;
        if (mode == "none" || Math.Floor((request + 1) * probability) <= Math.Floor(request * probability))
            return false;
        var response = context.Response;
        switch (mode)
        {
            case "slow":
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
                break;
            case "drop":
                response.ContentLength = 1 << 20;
                await response.WriteAsync("""{"type":"FeatureCollection","features":[""", cancellationToken).ConfigureAwait(false);
                await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
                context.Abort();
                break;
            case "huge":
                await WriteForeverAsync(response, cancellationToken).ConfigureAwait(false);
                break;
            case "garbage":
                await response.WriteAsync("Segmentation fault (core dumped)", cancellationToken).ConfigureAwait(false);
                break;
            case "nan":
                await response.WriteAsync(
                    """{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"imageBBox":[1,1,NaN,2]}}]}""",
                    cancellationToken).ConfigureAwait(false);
                break;
            case "shape":
                await response.WriteAsync("""{"detections":[]}""", cancellationToken).ConfigureAwait(false);
                break;
            case "empty":
                break;
            default:
                await AnswerStatusAsync(response, mode, cancellationToken).ConfigureAwait(false);
                break;
        }

        return true;
    }

    private static async Task AnswerStatusAsync(HttpResponse response, string mode, CancellationToken cancellationToken)
    {
        var known = int.TryParse(mode, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and < 600;
        response.StatusCode = known ? status : StatusCodes.Status400BadRequest;
        if (status is 429 or 503)
            response.Headers.RetryAfter = "1";
        // A body that looks like success: a caller that does not look at the status is found out.
        await response.WriteAsync("""{"type":"FeatureCollection","features":[]}""", cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteForeverAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var blanks = Encoding.ASCII.GetBytes(new string(' ', 1 << 16));
        while (!cancellationToken.IsCancellationRequested)
            await response.Body.WriteAsync(blanks, cancellationToken).ConfigureAwait(false);
    }

    private static string? Ask(HttpRequest request, string name)
    {
        if (request.Query.TryGetValue(name, out var value))
            return value;
        foreach (var pair in request.Headers["X-Amzn-SageMaker-Custom-Attributes"].ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (pair.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase))
                return pair[(name.Length + 1)..];
        }

        return null;
    }
}
