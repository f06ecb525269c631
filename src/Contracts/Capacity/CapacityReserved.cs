using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>
/// The job was admitted: capacity is reserved for every region that still has to run. Those that found a free slot are placed; the others
/// follow, each by a <see cref="RegionReassigned"/>, as slots become free.
/// </summary>
public sealed record CapacityReserved
{
    public required Guid JobId { get; init; }

    /// <summary>Reserved inference requests, over all regions.</summary>
    public required int Load { get; init; }

    /// <summary>True when the job holds an endpoint alone that is smaller than its load (the single-image exception).</summary>
    public bool SingleImageException { get; init; }

    public required IReadOnlyList<RegionPlacement> Placements { get; init; }

    /// <summary>
    /// Which of the job's turns in the queue it answers, from 1: a job that was paused and resumed since then stands there for another turn,
    /// and holds nothing by this message any more. Absent in messages from before turns were counted.
    /// </summary>
    public int? QueueTurn { get; init; }
}

/// <summary>A region given to a worker.</summary>
/// <param name="RegionId">Number of the region in its job.</param>
/// <param name="WorkerId">The worker, whose own queue the region is sent to.</param>
/// <param name="Attempt">The fencing token: grows with every placement of the region; results of older attempts are dropped.</param>
/// <param name="Requests">
/// Inference requests that the region may have in flight at most: what is reserved for it, never more than its tiles. Absent in messages from before
/// it was told: the job's tile workers.
/// </param>
public sealed record RegionPlacement(
    int RegionId, string WorkerId, int Attempt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Requests = null);
