namespace Swath.Persistence.Capacity;

/// <summary>Jobs that one admission cycle wants to start on one endpoint variant, and what it has seen when it decided.</summary>
public sealed record AdmissionBatch
{
    public required EndpointVariant Key { get; init; }

    /// <summary><see cref="LedgerEntry.Version"/> of the decision.</summary>
    public required long SeenVersion { get; init; }

    /// <summary><see cref="LedgerEntry.Target"/> of the decision: what a job reserves that is larger and has the endpoint alone.</summary>
    public required int Target { get; init; }

    /// <summary>At least one, each once.</summary>
    public required IReadOnlyList<AdmissionCandidate> Jobs { get; init; }

    /// <summary>Of every worker that is given a region: <see cref="Placement.WorkerState.Version"/> of the decision.</summary>
    public IReadOnlyDictionary<string, long> SeenWorkers { get; init; } = new Dictionary<string, long>();

    /// <summary>Of tenants that are limited: how many jobs may hold reservations at once.</summary>
    public IReadOnlyDictionary<string, int> TenantLimits { get; init; } = new Dictionary<string, int>();

    /// <summary>Fair queueing: the endpoint's virtual time after the batch.</summary>
    public double VirtualTime { get; init; }

    /// <summary>Fair queueing: the finish tags of the tenants that are served; the others keep theirs.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();
}
