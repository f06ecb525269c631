using System.Diagnostics.CodeAnalysis;
using Swath.Contracts;
using Swath.Persistence.Placement;

namespace Swath.Worker.Regions;

/// <summary>A region in this process's hands, and the way to take it out of them.</summary>
[SuppressMessage("Design", "CA1001", Justification =
    "A heartbeat may revoke the region in the moment in which it ends, which a disposed source does not bear; without a timer there is nothing to free.")]
internal sealed class HeldRegionWork(ProcessRegion work)
{
    private readonly CancellationTokenSource _revoked = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProcessRegion Work { get; } = work;

    public RegionClaim Claim { get; } = new(work.JobId, work.Region.RegionId, work.Attempt);

    /// <summary>Cancelled when the region is no longer this worker's: stop at once and report nothing.</summary>
    public CancellationToken Revoked => _revoked.Token;

    /// <summary>Ends when the region has left this process's hands, however that was.</summary>
    public Task Ended => _ended.Task;

    public void Revoke() => _revoked.Cancel();

    public void End() => _ended.TrySetResult();
}
