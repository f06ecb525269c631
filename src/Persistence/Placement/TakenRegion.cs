using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Placement;

/// <summary>A region that a worker has begun, and that is or will be taken from it.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="Claim">What it has in its hands.</param>
public sealed record TakenRegion(string WorkerId, RegionClaim Claim)
{
    /// <summary>Tells the worker. It belongs to no job: nobody delivers it again after a restart.</summary>
    public OutboxEntry ToStop() => OutboxEntry.Send(
        WorkerQueue.AddressOf(WorkerId), new StopRegion { JobId = Claim.JobId, RegionId = Claim.RegionId, Attempt = Claim.Attempt, WorkerId = WorkerId });
}
