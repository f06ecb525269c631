using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Swath.Testing;

/// <summary>
/// Signature Version 4 as the server computes it (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), and S3's
/// own rules of it (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
/// </summary>
public static class SigV4
{
    public const string S3 = "s3";

    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The access key that a request says it is signed with; empty when it says none.</summary>
    public static string KeyOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers.Authorization.ToString();
        return header.Contains("Credential=", StringComparison.Ordinal) ? header.Split("Credential=")[1].Split('/')[0] : "";
    }

    /// <summary>Checks the signature of a request and of its body.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="body">Its body, as it came.</param>
    /// <param name="accessKey">Whose key must have signed it.</param>
    /// <param name="secret">That key's secret.</param>
    /// <param name="region">The region in its scope.</param>
    /// <param name="service">The signing name in its scope.</param>
    /// <param name="headers">Headers, in lower case, that must be among the signed ones, beside host and all of Amazon's own.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Problem(HttpRequest request, byte[] body, string accessKey, string secret, string region, string service, params string[] headers)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            return $"not signed: '{header}'";
        var parts = header[(Algorithm.Length + 1)..].Split(',').Select(part => part.Trim().Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var time = request.Headers["X-Amz-Date"].ToString();
        var scope = time.Length < 8 ? "" : $"{time[..8]}/{region}/{service}/aws4_request";
        if (parts["Credential"] != $"{accessKey}/{scope}")
            return $"signed for {parts["Credential"]}, not {accessKey}/{scope}";
        var names = parts["SignedHeaders"].Split(';');
        string[] needed = ["host", .. headers, .. request.Headers.Keys.Select(name => name.ToLowerInvariant()).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal))];
        if (needed.FirstOrDefault(name => !names.Contains(name)) is { } missing)
            return $"{missing} is not signed";

        var payload = request.Headers["x-amz-content-sha256"].ToString();
        if (payload.Length == 0)
            payload = service == S3 ? "" : Hash(body);
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Sign);
        var text = $"{Algorithm}\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(Canonical(request, names, payload, service)))}";
        var signature = Hex(Sign(key, text));
        return signature == parts["Signature"] ? SignedBody.Problem(request, body, payload, new SigningScope(key, time, scope), signature) : "the signature does not match";
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Hex(SHA256.HashData(bytes));

    internal static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    internal static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Canonical(HttpRequest request, string[] names, string payload, string service)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
        var canonical = new StringBuilder().Append(request.Method).Append('\n').Append(Path(target[0], service)).Append('\n').Append(Query(target)).Append('\n');
        foreach (var name in names)
            canonical.Append(name).Append(':').Append(OneSpaced(request.Headers[name].ToString())).Append('\n');
        return canonical.Append('\n').AppendJoin(';', names).Append('\n').Append(payload).ToString();
    }

    // Every segment is encoded once for S3, and what travels is encoded once more for all others.
    private static string Path(string raw, string service) =>
        string.Join('/', raw.Split('/').Select(segment => Uri.EscapeDataString(service == S3 ? Uri.UnescapeDataString(segment) : segment)));

    private static string Query(string[] target) => target.Length == 1 || target[1].Length == 0
        ? ""
        : string.Join('&', target[1].Split('&').Select(pair => (pair + "=").Split('='))
            .Select(pair => $"{Again(pair[0])}={Again(pair[1])}").Order(StringComparer.Ordinal));

    private static string Again(string encoded) => Uri.EscapeDataString(Uri.UnescapeDataString(encoded));

    private static string OneSpaced(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
