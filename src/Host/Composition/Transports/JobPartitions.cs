using System.Globalization;
using Swath.Contracts;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// The saga's queue in parts, on a broker that gives each part to one process at a time: all messages of a job are in the same one, and so what that
/// process remembers of the job is up to date. Which part is a job's is known to every process by the same rule, of which nothing may change while
/// messages wait: neither the number of parts nor the hash.
/// </summary>
internal static class JobPartitions
{
    /// <summary>How many there are. With more of them a later release must consume these too; with fewer, those that are no longer written to until they are empty.</summary>
    public const int Count = 16;

    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    private static readonly string Prefix = $"{Queues.ImageJob.AbsolutePath}-";

    /// <summary>The names of all of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, Count).Select(partition => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{partition}"))];

    /// <summary>The one that a job's messages go to.</summary>
    public static string Of(Guid jobId)
    {
        Span<byte> id = stackalloc byte[16];
        jobId.TryWriteBytes(id, bigEndian: true, out _);

        // FNV-1a, folded: ids that differ in a few bits only, as those in the order of time do, are spread well. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
        var hash = Offset;
        foreach (var part in id)
            hash = (hash ^ part) * Prime;
        return Names[(int)((hash ^ (hash >> 16)) % Count)];
    }

    /// <summary>Whether a queue is one of them.</summary>
    public static bool Contains(string queue) => Names.Contains(queue);
}
