using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Outages;
using Swath.Persistence.Placement;
using Swath.Worker.Membership;

namespace Swath.Worker.Regions;

/// <summary>
/// Runs accepted regions, as many at once as the worker has slots, apart from the deliveries that brought them. Each ends in one of
/// four ways: reported as completed or failed, given back (drain), or dropped because it is no longer this worker's.
/// </summary>
public sealed partial class RegionRunner : IDisposable
{
    private const int TriesPerRegion = 3;
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    private readonly RegionProcessor _processor;
    private readonly RegionAssignments _board;
    private readonly DatabaseReturn _database;
    private readonly IOptionsMonitor<WorkerOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<RegionRunner> _log;
    private readonly ConcurrentDictionary<RegionClaim, HeldRegionWork> _held = new();
    private readonly CancellationTokenSource _drain = new();
    private readonly SemaphoreSlim _slots;

    public RegionRunner(
        RegionProcessor processor, RegionAssignments board, DatabaseReturn database, IOptionsMonitor<WorkerOptions> options, TimeProvider clock, ILogger<RegionRunner> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _processor = processor;
        _board = board;
        _database = database;
        _options = options;
        _clock = clock;
        _log = log;
        Lease = new LeaseGate(clock);
        Slots = options.CurrentValue.Slots;
        _slots = new SemaphoreSlim(Slots);
    }

    /// <summary>What every request to a model passes first.</summary>
    public LeaseGate Lease { get; }

    /// <summary>Regions at once, for as long as the process lives; the worker joins with as many.</summary>
    public int Slots { get; }

    /// <summary>The regions that this process has in hand, running or waiting for a slot.</summary>
    public IReadOnlyCollection<RegionClaim> Held => [.. _held.Keys];

    /// <summary>Ends when every region that is in hand now has left it, however that was.</summary>
    internal Task EndedAsync() => Task.WhenAll(_held.Values.Select(held => held.Ended));

    /// <summary>True once the worker drains: nothing more is begun.</summary>
    public bool IsDraining => _drain.IsCancellationRequested;

    /// <summary>Takes an accepted region; it runs when a slot is free.</summary>
    /// <returns>False when the same placement is in hand already: a redelivery.</returns>
    public bool TryBegin(ProcessRegion work)
    {
        var held = new HeldRegionWork(work);
        if (!_held.TryAdd(held.Claim, held))
            return false;

        WorkerDiagnostics.Regions.Add(1);
        _ = Task.Run(() => RunAsync(held));
        return true;
    }

    /// <summary>Drops regions that are no longer this worker's; their tiles in flight are given up.</summary>
    public void Revoke(IEnumerable<RegionClaim> claims)
    {
        foreach (var claim in claims)
        {
            if (_held.TryGetValue(claim, out var held))
            {
                LogRevoked(claim.JobId, claim.RegionId, claim.Attempt);
                held.Revoke();
            }
        }
    }

    /// <summary>
    /// Ends all regions: tiles in flight are finished and checkpointed, what is left is given back to be placed elsewhere. What takes
    /// longer than the grace is dropped; its tiles in flight are processed again by another worker. What does not even hear that it is dropped
    /// (a library that does not return) is left behind: the process is about to end, and the region goes to another worker all the same.
    /// </summary>
    public async Task DrainAsync(TimeSpan grace)
    {
        await _drain.CancelAsync();
        var all = EndedAsync();
        try
        {
            await all.WaitAsync(grace, _clock);
        }
        catch (TimeoutException)
        {
            Revoke(Held);
            try
            {
                await all.WaitAsync(LastWait, _clock);
            }
            catch (TimeoutException)
            {
                LogLeftBehind(Held.Count);
            }
        }
    }

    public void Dispose()
    {
        _drain.Dispose();
        _slots.Dispose();
    }

    private async Task RunAsync(HeldRegionWork held)
    {
        try
        {
            await WaitForSlotAsync(held);
            try
            {
                await ReportAsync(held, await ProcessAsync(held));
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (held.Revoked.IsCancellationRequested)
        {
            LogDropped(held.Claim.JobId, held.Claim.RegionId, held.Claim.Attempt);
        }
        catch (Exception e)
        {
            // Nobody awaits this task, and the heartbeats find the region accepted and in nobody's hands.
            LogLost(e, held.Claim.JobId, held.Claim.RegionId, held.Claim.Attempt);
        }
        finally
        {
            _held.TryRemove(held.Claim, out _);
            WorkerDiagnostics.Regions.Add(-1);
            held.End();
        }
    }

    private Task WaitForSlotAsync(HeldRegionWork held) => _slots.WaitAsync(held.Revoked);

    // What only this moment can help is tried again, and finished tiles are kept. The database's absence is not among the tries.
    private async Task<RegionOutcome> ProcessAsync(HeldRegionWork held)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await _database.PatientlyAsync(
                    token => _processor.ProcessAsync(held.Work, _drain.Token, token, Lease.PassAsync), held.Revoked);
            }
            catch (Exception e) when (!held.Revoked.IsCancellationRequested)
            {
                LogTryFailed(e, held.Claim.JobId, held.Claim.RegionId, tries, TriesPerRegion);
                if (tries == TriesPerRegion)
                    return new RegionOutcome.Failed($"It could not be processed in {TriesPerRegion} tries, at last because: {e.Message}");
                await Task.Delay(TimeSpan.FromSeconds(tries), _clock, held.Revoked);
            }
        }
    }

    // A report that can't be written is tried until it is, or until the region is taken away: work that is done must not be lost.
    private async Task ReportAsync(HeldRegionWork held, RegionOutcome outcome)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (!await _database.PatientlyAsync(token => WriteReportAsync(held, outcome, token), held.Revoked))
                    LogStale(held.Claim.JobId, held.Claim.RegionId, held.Claim.Attempt);
                return;
            }
            catch (Exception e) when (e is NpgsqlException && !held.Revoked.IsCancellationRequested)
            {
                LogReportFailed(e, held.Claim.JobId, held.Claim.RegionId, tries);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(tries, 10)), _clock, held.Revoked);
            }
        }
    }

    private async Task<bool> WriteReportAsync(HeldRegionWork held, RegionOutcome outcome, CancellationToken cancellationToken)
    {
        var (work, workerId) = (held.Work, held.Work.WorkerId);
        switch (outcome)
        {
            case RegionOutcome.Completed completed:
                return await _board.CompleteAsync(
                    new RegionCompleted
                    {
                        JobId = work.JobId,
                        RegionId = work.Region.RegionId,
                        Attempt = work.Attempt,
                        WorkerId = workerId,
                        TilesDone = completed.TilesDone,
                        TilesSkipped = completed.TilesSkipped,
                        FailedTiles = completed.FailedTiles,
                        Features = completed.Features,
                    },
                    cancellationToken);
            case RegionOutcome.Failed failed:
                LogFailed(work.JobId, work.Region.RegionId, failed.Reason);
                return await _board.FailAsync(
                    new RegionFailed { JobId = work.JobId, RegionId = work.Region.RegionId, Attempt = work.Attempt, WorkerId = workerId, Reason = failed.Reason },
                    cancellationToken);
            default:
                LogGivenBack(work.JobId, work.Region.RegionId);
                return await _board.GiveBackAsync(workerId, [held.Claim], $"worker {workerId} drains", cancellationToken) == 1;
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId}, region {RegionId}, attempt {Attempt}: no longer this worker's, stopping.")]
    private partial void LogRevoked(Guid jobId, int regionId, int attempt);

    [LoggerMessage(LogLevel.Information, "Job {JobId}, region {RegionId}, attempt {Attempt}: stopped.")]
    private partial void LogDropped(Guid jobId, int regionId, int attempt);

    [LoggerMessage(LogLevel.Information, "Job {JobId}, region {RegionId}, attempt {Attempt}: was given to another worker meanwhile, its report is dropped.")]
    private partial void LogStale(Guid jobId, int regionId, int attempt);

    [LoggerMessage(LogLevel.Error, "{Regions} regions did not stop when they were told to: they are left behind, and go to other workers.")]
    private partial void LogLeftBehind(int regions);

    [LoggerMessage(LogLevel.Information, "Job {JobId}, region {RegionId}: given back, the worker drains.")]
    private partial void LogGivenBack(Guid jobId, int regionId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}, region {RegionId} failed: {Reason}")]
    private partial void LogFailed(Guid jobId, int regionId, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}, region {RegionId}: try {Try} of {Tries} ended unexpectedly.")]
    private partial void LogTryFailed(Exception e, Guid jobId, int regionId, int @try, int tries);

    [LoggerMessage(LogLevel.Warning, "Job {JobId}, region {RegionId}: its end could not be reported (try {Try}), trying again.")]
    private partial void LogReportFailed(Exception e, Guid jobId, int regionId, int @try);

    [LoggerMessage(LogLevel.Error, "Job {JobId}, region {RegionId}, attempt {Attempt}: its end could not be reported at all; the next heartbeats give it back.")]
    private partial void LogLost(Exception e, Guid jobId, int regionId, int attempt);
}
