namespace Swath.Access.Buckets;

/// <summary>S3 buckets, or parts of them, in which something may be done: <c>bucket</c>, <c>bucket/prefix/</c>, <c>*</c>.</summary>
public sealed class BucketList(IReadOnlyList<string> entries)
{
    /// <summary>Whether an object lies in one of them.</summary>
    public bool Contains(string bucket, string key)
    {
        foreach (var entry in entries)
        {
            if (entry == "*")
                return true;
            var (name, prefix) = entry.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (entry[..slash], entry[(slash + 1)..]) : (entry, "");

            // A prefix is a folder: "a" is not to open "ab".
            if (name == bucket && (prefix.Length == 0 || key.StartsWith(prefix.TrimEnd('/') + "/", StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    /// <summary>The list, for people.</summary>
    public override string ToString() => entries.Count == 0 ? "none" : string.Join(", ", entries);
}
