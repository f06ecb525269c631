namespace Swath.Persistence.Capacity;

/// <summary>A job to be started.</summary>
public sealed record AdmissionCandidate
{
    public required Guid JobId { get; init; }
    public required string Tenant { get; init; }

    /// <summary>Inference requests that one region has in flight at most, 1 or more: it reserves as many, or its tiles if they are fewer.</summary>
    public required int LoadPerRegion { get; init; }

    /// <summary>Larger than the target, and has the endpoint alone: it reserves the target.</summary>
    public bool Alone { get; init; }

    /// <summary>Recorded without being limited: throttling is off.</summary>
    public bool Unchecked { get; init; }

    /// <summary>A worker for each of the first regions; regions beyond wait for the next free slot, or for room on the endpoint.</summary>
    public required IReadOnlyList<string> Workers { get; init; }
}
