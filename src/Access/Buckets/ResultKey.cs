using System.Globalization;
using System.Text;
using Swath.Contracts;

namespace Swath.Access.Buckets;

/// <summary>
/// The key of a job's object in S3: <c>prefix/name.geojson</c>. The name is one part of the key, whatever is written in it, and no two jobs have the same:
/// the job's UUID; the upstream's id where the UUID is made of it (docs/aws.md); both where upstream chose both, because another job may carry the
/// same external id.
/// </summary>
public static class ResultKey
{
    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html</summary>
    public const int MostBytes = 1024;

    /// <param name="prefix">As the request has it; null or empty for none.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="externalId">Its id as upstream knows it, if it has one.</param>
    public static string Of(string? prefix, Guid jobId, string? externalId)
    {
        var name = NameOf(jobId, externalId);
        var folder = prefix?.TrimEnd('/');
        return string.IsNullOrEmpty(folder) ? $"{name}.geojson" : $"{folder}/{name}.geojson";
    }

    /// <summary>The key's last part, without its ending.</summary>
    public static string NameOf(Guid jobId, string? externalId) => externalId is null ? jobId.ToString()
        : ExternalIds.JobIdOf(externalId) == jobId ? Escape(externalId)
        : $"{Escape(externalId)}@{jobId}";

    /// <summary>Why a prefix can't be one, as the end of a sentence; null when it can.</summary>
    public static string? ProblemOf(string? prefix)
    {
        if (string.IsNullOrEmpty(prefix))
            return null;
        if (prefix.StartsWith('/'))
            return "must not begin with a slash";
        if (prefix.Any(char.IsControl))
            return "must not have control characters";
        return prefix.Split('/').Any(part => part is "." or "..") ? "must not have the parts . or .." : null;
    }

    // Letters, digits and usual signs stay. All else is written as in a URL, so that different ids have different names: the slash, which would
    // make a folder, the percent sign itself, and the @ before the UUID.
    private static string Escape(string id)
    {
        var name = new StringBuilder(id.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in id.EnumerateRunes())
        {
            if (rune.IsAscii && (Rune.IsLetterOrDigit(rune) || "-_.!*'() :=+,;&$".Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                name.Append((char)rune.Value);
                continue;
            }

            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                name.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return name.ToString();
    }
}
