using System.Text;

namespace Swath.Contracts;

/// <summary>
/// What every text of a request must satisfy, so that it can be stored, indexed and found again: PostgreSQL has no U+0000, and an index entry
/// holds about 2 700 bytes.
/// </summary>
internal static class RequestTexts
{
    private const int Null = 0;

    // What is stored in place of a character that can't be: a request that is read back from its event is refused for the same reason.
    private const int Replacement = 0xFFFD;

    private const int MaxIdBytes = 256;
    private const int MaxNameBytes = 1024;
    private const int MaxAddressBytes = 4096;
    private const int MaxRegionOfInterestBytes = 1024 * 1024;

    public static void Check(ImageRequested request, Action<bool, string> require)
    {
        foreach (var (field, text, limit) in Texts(request))
        {
            if (text is null)
                continue;
            require(IsStorable(text), Unstorable(field));
            var size = Encoding.UTF8.GetByteCount(text);
            require(size <= limit, $"{field} must be no longer than {limit} bytes; it has {size}.");
        }
    }

    private static IEnumerable<(string Field, string? Text, int Limit)> Texts(ImageRequested request)
    {
        yield return ("externalId", request.ExternalId, MaxIdBytes);
        yield return ("jobName", request.JobName, MaxNameBytes);
        yield return ("tenant", request.Tenant, MaxIdBytes);
        yield return ("imageUrl", request.ImageUrl, MaxAddressBytes);
        yield return ("imageReadRole", request.ImageReadRole, MaxNameBytes);
        yield return ("endpoint.name", request.Endpoint?.Name, MaxNameBytes);
        yield return ("endpoint.targetVariant", request.Endpoint?.TargetVariant, MaxIdBytes);
        yield return ("endpoint.assumedRole", request.Endpoint?.AssumedRole, MaxNameBytes);
        foreach (var (name, value) in request.Endpoint?.Parameters ?? new Dictionary<string, string>())
        {
            yield return ("endpoint.parameters", name, MaxIdBytes);
            yield return ($"endpoint.parameters.{Printable(name)}", value, MaxAddressBytes);
        }
        yield return ("regionOfInterest", request.RegionOfInterest, MaxRegionOfInterestBytes);
        yield return ("jobKind", request.JobKind, MaxNameBytes);
        foreach (var output in request.Outputs ?? [])
        {
            yield return ("outputs.path", output?.Path, MaxAddressBytes);
            yield return ("outputs.bucket", output?.Bucket, MaxIdBytes);
            yield return ("outputs.prefix", output?.Prefix, MaxNameBytes);
            yield return ("outputs.stream", output?.Stream, MaxIdBytes);
        }
        foreach (var text in AffinityTexts(request.Affinity))
            yield return ("affinity", text, MaxIdBytes);
    }

    private static IEnumerable<string?> AffinityTexts(Affinity? affinity) =>
        ((WorkerRule?[])[affinity?.Hard, affinity?.Soft])
            .SelectMany(rule => (rule?.Tags ?? []).Concat(rule?.Capabilities ?? []).Append(rule?.WorkerId!))
            .Concat(affinity?.AntiJobKinds ?? []);

    // Half of a surrogate pair reads as the replacement, too.
    public static bool IsStorable(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is Null or Replacement)
                return false;
        }
        return true;
    }

    public static string Printable(string name) => name.Length > 64 ? name[..64] + "..." : name;

    public static string Unstorable(string field) =>
        $"{field} must be Unicode text without U+0000 and U+FFFD (which stands for characters that were lost), and its numbers within a double's range.";
}
