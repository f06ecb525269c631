using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Swath.Testing;

/// <summary>
/// A request's body as its signature holds it: by its hash, not at all, or chunk by chunk, each signed behind the one before it, with trailers
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, sigv4-streaming-trailers.html).
/// </summary>
internal static class SignedBody
{
    private const string Unsigned = "UNSIGNED-PAYLOAD";
    private const string Chunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string ChunksAndTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string UnsignedAndTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static readonly string Nothing = SigV4.Hash([]);

    /// <param name="request">As it came.</param>
    /// <param name="body">Its body.</param>
    /// <param name="payload">What the request says of it, and has signed.</param>
    /// <param name="scope">What signs chunks.</param>
    /// <param name="seed">The request's own signature, behind which the first chunk is signed.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Problem(HttpRequest request, byte[] body, string payload, SigningScope scope, string seed) => payload switch
    {
        "" => "x-amz-content-sha256 is missing",
        Unsigned => null,
        Chunks or ChunksAndTrailer or UnsignedAndTrailer => ChunksProblem(request, body, payload, scope, seed),
        _ when payload == SigV4.Hash(body) => null,
        _ => $"the body's hash is not {payload}",
    };

    private static string? ChunksProblem(HttpRequest request, byte[] body, string payload, SigningScope scope, string seed)
    {
        var (at, length, before) = (0, 0L, seed);
        while (true)
        {
            var head = Line(body, ref at).Split(';');
            if (!int.TryParse(head[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || at + size > body.Length)
                return $"'{head[0]}' is no size of a chunk";
            if (payload != UnsignedAndTrailer)
            {
                before = scope.Sign("AWS4-HMAC-SHA256-PAYLOAD", before, $"{Nothing}\n{SigV4.Hash(body.AsSpan(at, size))}");
                if (head.Length < 2 || head[1] != $"chunk-signature={before}")
                    return $"the signature of the chunk at {at} does not match";
            }

            if (size == 0)
                break;
            length += size;
            at += size;
            if (Line(body, ref at).Length > 0)
                return $"the chunk before {at} does not end";
        }

        if (length.ToString(CultureInfo.InvariantCulture) != request.Headers["x-amz-decoded-content-length"])
            return $"{length} bytes are not what x-amz-decoded-content-length says";
        return payload == Chunks ? null : TrailerProblem(request, body, at, payload, scope, before);
    }

    private static string? TrailerProblem(HttpRequest request, byte[] body, int at, string payload, SigningScope scope, string before)
    {
        var trailers = new Dictionary<string, string>();
        while (Line(body, ref at) is { Length: > 0 } line)
            trailers.Add(line.Split(':')[0], line.Split(':', 2)[1]);
        trailers.Remove("x-amz-trailer-signature", out var signature);
        if (string.Join(',', trailers.Keys) != request.Headers["x-amz-trailer"])
            return $"the trailers are {string.Join(',', trailers.Keys)}, not {request.Headers["x-amz-trailer"]}";
        var canonical = string.Concat(trailers.OrderBy(trailer => trailer.Key, StringComparer.Ordinal).Select(trailer => $"{trailer.Key}:{trailer.Value}\n"));
        return payload == UnsignedAndTrailer || signature == scope.Sign("AWS4-HMAC-SHA256-TRAILER", before, SigV4.Hash(Encoding.UTF8.GetBytes(canonical)))
            ? null
            : "the signature of the trailers does not match";
    }

    // Without its end; empty at the end of the body.
    private static string Line(byte[] body, ref int at)
    {
        var rest = body.AsSpan(at);
        var end = rest.IndexOf("\r\n"u8);
        var line = Encoding.ASCII.GetString(end < 0 ? rest : rest[..end]);
        at = end < 0 ? body.Length : at + end + 2;
        return line;
    }
}
