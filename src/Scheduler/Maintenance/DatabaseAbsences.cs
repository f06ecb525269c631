using Swath.Persistence.Placement;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// When this process could not see the database. While it is away no worker can renew its lease: the leases that ran out meanwhile say nothing
/// about their workers, which get one lease's time after its return before they are taken for lost.
/// </summary>
internal sealed class DatabaseAbsences(TimeProvider time)
{
    // Longer than any lease that could be meant.
    private static readonly TimeSpan Ever = TimeSpan.FromDays(36_500);

    private readonly Lock _lock = new();
    private long? _seen;
    private bool _failed;
    private LeaseGrace? _grace;

    /// <summary>The grace that leases have at this moment, in spans of time: whose clock is right does not matter. Null for none.</summary>
    /// <param name="longestSilence">A longer time without a look at the database counts as an absence: whatever stopped this process may have stopped all.</param>
    /// <param name="serverAge">How long ago the database's server started.</param>
    public LeaseGrace? Look(TimeSpan longestSilence, TimeSpan serverAge)
    {
        lock (_lock)
        {
            var silence = _seen is { } seen ? time.GetElapsedTime(seen) : (TimeSpan?)null;
            var earlier = _grace is { } grace && silence is { } passed ? new LeaseGrace(grace.Since + passed, grace.Left - passed) : null;
            // A new process knows no other absence than the one before the server's start.
            if (silence is null)
                _grace = new LeaseGrace(Ever, WorkerRegistry.DefaultLease - serverAge);
            else if (_failed || silence > longestSilence)
                _grace = new LeaseGrace(earlier?.Since ?? silence.Value, WorkerRegistry.DefaultLease);
            else
                _grace = earlier;
            _seen = time.GetTimestamp();
            _failed = false;
            if (_grace?.Left <= TimeSpan.Zero)
                _grace = null;
            return _grace;
        }
    }

    /// <summary>The database could not be seen.</summary>
    public void Missed()
    {
        lock (_lock)
            _failed = true;
    }
}
