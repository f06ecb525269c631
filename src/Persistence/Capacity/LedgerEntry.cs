namespace Swath.Persistence.Capacity;

/// <summary>One endpoint variant's line in the ledger, at one moment.</summary>
public sealed record LedgerEntry
{
    public required EndpointVariant Key { get; init; }

    /// <summary>Inference requests that the endpoint takes at once, 0 or more.</summary>
    public required int MaxCapacity { get; init; }

    /// <summary>The part of it that may be reserved.</summary>
    public required int Target { get; init; }

    /// <summary>The sum of open reservations.</summary>
    public required int Reserved { get; init; }

    /// <summary>Jobs with an open reservation.</summary>
    public required int Holders { get; init; }

    /// <summary>The number of its newest row, which grows with every admission and change of target: the one that reserves on an older row has lost.</summary>
    public required long Version { get; init; }

    /// <summary>Fair queueing: the start tag of the job that was admitted last.</summary>
    public double VirtualTime { get; init; }

    /// <summary>Fair queueing: the finish tags of tenants that are ahead of <see cref="VirtualTime"/>, in load per tier weight.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();

    /// <summary>Why the capacity is not known, or not fresh; absent when all is well.</summary>
    public string? Problem { get; init; }

    /// <summary>Room for new reservations; negative when the target was lowered below what runs.</summary>
    public int Available => Target - Reserved;

    /// <summary>Nothing is reserved: a job that is larger than the target may have it alone (the single-image exception).</summary>
    public bool IsIdle => Holders == 0;

    /// <summary>Reserved of target, 0..; 1 for a target of 0.</summary>
    public double Utilization => Target == 0 ? 1 : (double)Reserved / Target;
}
