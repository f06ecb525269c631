using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>Signature Version 4 as the server computes it (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).</summary>
internal static class SigV4
{
    /// <param name="request">As it came.</param>
    /// <param name="body">Its body.</param>
    /// <param name="accessKey">Whose key must have signed it.</param>
    /// <param name="secret">That key's secret.</param>
    /// <param name="region">The region in its scope.</param>
    /// <param name="service">The signing name in its scope.</param>
    /// <param name="signed">Headers, in lower case, that must be among the signed ones.</param>
    /// <returns>What is wrong with the request's signature; null when nothing is.</returns>
    public static string? Problem(HttpRequest request, byte[] body, string accessKey, string secret, string region, string service, string[] signed)
    {
        const string algorithm = "AWS4-HMAC-SHA256";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(algorithm + " ", StringComparison.Ordinal))
            return $"not signed: '{header}'";
        var parts = header[(algorithm.Length + 1)..].Split(',').Select(part => part.Trim().Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var time = request.Headers["X-Amz-Date"].ToString();
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        if (parts["Credential"] != $"{accessKey}/{scope}")
            return $"signed for {parts["Credential"]}, not {accessKey}/{scope}";
        var names = parts["SignedHeaders"].Split(';');
        foreach (var needed in signed)
        {
            if (!names.Contains(needed))
                return $"{needed} is not signed";
        }

        var canonical = new StringBuilder().Append(request.Method).Append('\n').Append(request.Path.Value).Append('\n').Append(request.QueryString.Value?.TrimStart('?')).Append('\n');
        foreach (var name in names)
            canonical.Append(name).Append(':').Append(OneSpaced(request.Headers[name].ToString())).Append('\n');
        canonical.Append('\n').Append(parts["SignedHeaders"]).Append('\n').Append(Hex(SHA256.HashData(body)));
        var text = $"{algorithm}\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Sign);
        return Hex(Sign(key, text)) == parts["Signature"] ? null : "the signature does not match";
    }

    private static string OneSpaced(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
