using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Swath.Persistence.Feeds;

/// <summary>
/// A place in the feed of all events: behind one event. Written as <c>txid-seq</c>; among events of the time before transactions were kept with
/// them, which come first, as <c>0-version-job</c>.
/// </summary>
public readonly record struct FeedPosition
{
    private FeedPosition(ulong transaction, long sequence, Guid job) => (Transaction, Sequence, Job) = (transaction, sequence, job);

    /// <summary>Before the first event.</summary>
    public static FeedPosition Start => default;

    /// <summary>The transaction that appended the event; 0 for older ones.</summary>
    internal ulong Transaction { get; }

    /// <summary>The event's place in its transaction; for older ones its version.</summary>
    internal long Sequence { get; }

    /// <summary>The job of an older event.</summary>
    internal Guid Job { get; }

    internal static FeedPosition Of(ulong transaction, long sequence) => new(transaction, sequence, Guid.Empty);

    internal static FeedPosition Older(Guid job, int version) => new(0, version, job);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FeedPosition position)
    {
        position = default;
        var parts = text?.Split('-', 3) ?? [];
        if (parts.Length < 2
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var transaction)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return false;
        var job = Guid.Empty;
        if (parts.Length == 3 && (transaction != 0 || sequence > int.MaxValue || !Guid.TryParseExact(parts[2], "D", out job)))
            return false;
        position = new FeedPosition(transaction, sequence, job);
        return true;
    }

    /// <summary>The text by which a reader goes on, in this process or another.</summary>
    public override string ToString() => Job == Guid.Empty
        ? string.Create(CultureInfo.InvariantCulture, $"{Transaction}-{Sequence}")
        : string.Create(CultureInfo.InvariantCulture, $"{Transaction}-{Sequence}-{Job}");
}
