using System.Globalization;
using System.Text;
using Swath.Access.Network;

namespace Swath.Endpoints.Http;

/// <summary>What went wrong on the wire, typed.</summary>
internal static class HttpFailures
{
    private const int ExcerptBytes = 2048;
    private const int ExcerptCharacters = 200;

    /// <summary>Every status but 2xx is a failure, whatever its body looks like.</summary>
    public static async ValueTask<InvocationException> OfStatusAsync(
        Uri uri, HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await BeginningAsync(response.Content, ExcerptBytes, cancellationToken).ConfigureAwait(false);
        var excerpt = Printable(Encoding.UTF8.GetString(body.Span));
        var status = (int)response.StatusCode;
        var (kind, retryable, advice) = Classify(status);
        var said = excerpt.Length == 0 ? "" : $" It said: {excerpt}";
        return new InvocationException(kind, retryable, $"{EndpointAddress.ForLogs(uri)} answered HTTP {status}. {advice}{said}")
        {
            StatusCode = status,
            RetryAfter = RetryAfter(response, time),
        };
    }

    public static InvocationException AttemptTimedOut(Uri uri, EndpointsOptions options, Exception inner) => new(
        InvocationFailure.TimedOut,
        retryable: true,
        $"{EndpointAddress.ForLogs(uri)} gave no complete answer within {options.TimeoutSeconds} s. "
        + "If the model needs longer, raise ENDPOINT_TIMEOUT_SECONDS or send smaller tiles.",
        inner);

    public static InvocationException OfConnection(IInvocationProtocol protocol, HttpRequestException failure)
    {
        var where = EndpointAddress.ForLogs(protocol.Address);
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is ForbiddenAddressException forbidden)
                return new(InvocationFailure.Forbidden, false, $"{where} is not called: {forbidden.Message}.", failure);
        }

        return failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => new(InvocationFailure.Unreachable, true,
                $"No such host: {where}. Check the address. {protocol.Advice} ({failure.Message})", failure),
            HttpRequestError.ConnectionError => new(InvocationFailure.Unreachable, true,
                $"No connection to {where}. {protocol.Advice} ({failure.Message})", failure),
            HttpRequestError.SecureConnectionError => new(InvocationFailure.Unreachable, false,
                $"No TLS connection to {where}. Check the URL's scheme and the server's certificate. ({failure.Message})", failure),
            HttpRequestError.ConfigurationLimitExceeded => new(InvocationFailure.AnswerTooLarge, false,
                $"The answer's headers from {where} are too large. ({failure.Message})", failure),
            _ => OfLostConnection(protocol.Address, failure),
        };
    }

    public static InvocationException OfLostConnection(Uri uri, Exception failure) => new(
        InvocationFailure.ConnectionLost,
        retryable: true,
        $"The connection to {EndpointAddress.ForLogs(uri)} ended before the answer did. ({failure.Message})",
        failure);

    public static InvocationException OfConnectTimeout(IInvocationProtocol protocol, EndpointsOptions options, Exception failure) => new(
        InvocationFailure.Unreachable,
        retryable: true,
        $"No connection to {EndpointAddress.ForLogs(protocol.Address)} within {options.ConnectTimeoutSeconds} s. {protocol.Advice} "
        + "If it is only slow, raise ENDPOINT_CONNECT_TIMEOUT_SECONDS.",
        failure);

    /// <summary>What a status other than 2xx means.</summary>
    public static (InvocationFailure Kind, bool Retryable, string Advice) Classify(int status) => status switch
    {
        408 or 504 => (InvocationFailure.TimedOut, true, "Something before the model gave up waiting for it."),
        429 or 503 => (InvocationFailure.Throttled, true, "It has no room: lower its concurrency here or add capacity there."),
        413 => (InvocationFailure.TileTooLarge, false, "Ask for smaller or compressed tiles."),
        501 or 505 => (InvocationFailure.ServerError, false, "It does not do what was asked. Check the endpoint's URL."),
        >= 500 => (InvocationFailure.ServerError, true, "The endpoint or its model failed."),
        >= 300 and < 400 => (InvocationFailure.Refused, false, "Redirects are not followed: name the final URL."),
        401 or 403 => (InvocationFailure.Refused, false, "It wants other credentials."),
        404 or 405 => (InvocationFailure.Refused, false, "Check the endpoint's URL: it must take POST."),
        415 => (InvocationFailure.Refused, false, "It does not take this tile format: ask for another."),
        _ => (InvocationFailure.Refused, false, "It refused the tile."),
    };

    /// <summary>How long the server asked to be left alone.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is { } value && value < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The beginning of a refusal's body; empty when it can't be read.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> BeginningAsync(HttpContent content, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        try
        {
            var body = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
                return bytes.AsMemory(0, await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or InvalidDataException)
        {
            // The status is the error; its text is only a courtesy.
            return default;
        }
    }

    /// <summary>One line of it, for a message: its beginning, without what would move a terminal's cursor or turn its text around.</summary>
    public static string Printable(string text)
    {
        var line = new StringBuilder(ExcerptCharacters + 3);
        foreach (var rune in text.Trim().EnumerateRunes())
        {
            if (line.Length >= ExcerptCharacters)
                return line.Append("...").ToString().TrimStart();
            line.Append(IsShown(rune) ? rune.ToString() : " ");
        }

        return line.ToString().Trim();
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
