namespace Swath.Persistence.Capacity;

/// <summary>A job to be started.</summary>
public sealed record AdmissionCandidate
{
    public required Guid JobId { get; init; }
    public required string Tenant { get; init; }

    /// <summary>Regions that still have to run, as far as the decision knew, 1 or more.</summary>
    public required int Regions { get; init; }

    /// <summary>Inference requests that one region has in flight at most, 1 or more: the load is regions times this.</summary>
    public required int LoadPerRegion { get; init; }

    /// <summary>Larger than the target, and holds the endpoint alone.</summary>
    public bool Alone { get; init; }

    /// <summary>Recorded without being limited: throttling is off.</summary>
    public bool Unchecked { get; init; }

    /// <summary>A worker for each of the first regions; regions beyond wait for the next free slot.</summary>
    public required IReadOnlyList<string> Workers { get; init; }

    public int Load => Regions * LoadPerRegion;
}
