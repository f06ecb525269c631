using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Outages;
using Swath.Persistence.Placement;
using Swath.Worker.Regions;

namespace Swath.Worker.Membership;

/// <summary>
/// Keeps the worker's place among the workers: joins, beats, learns with each beat what was taken from it and was not told so, and drains and
/// leaves at the end. While it can't beat for longer than its lease lasts, nothing is sent to a model (<see cref="LeaseGate"/>): its regions
/// stand still, and go on as soon as the lease is renewed and they are still this worker's.
/// </summary>
public sealed partial class WorkerLease(
    WorkerRegistry registry,
    RegionAssignments board,
    RegionRunner runner,
    IOptionsMonitor<WorkerOptions> options,
    TimeProvider clock,
    ILogger<WorkerLease> log)
    : BackgroundService
{
    // How soon the next try comes while the lease is not held.
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private TaskCompletionSource<Guid> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _pause = options.CurrentValue.Heartbeat;
    private bool _away;
    private HashSet<RegionClaim> _unknown = [];

    /// <summary>The worker's id, for as long as the process lives.</summary>
    public string WorkerId { get; } = options.CurrentValue.EffectiveId;

    /// <summary>The incarnation under which the lease is held; waits until it is.</summary>
    public Task<Guid> HeldAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _held.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Drains and leaves, while the heart still beats; then stops it.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await DrainAsync();
        await base.StopAsync(cancellationToken);
        if (TakeIncarnation() is { } incarnation)
            await TryBrieflyAsync(token => registry.LeaveAsync(WorkerId, incarnation, token));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryBeatAsync(stoppingToken);
                await Task.Delay(_pause, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    // No fault of one beat may end the heart: the host would stop, and every region of this worker with it.
    private async Task TryBeatAsync(CancellationToken stoppingToken)
    {
        try
        {
            var (beat, usual) = (await BeatAsync(stoppingToken), options.CurrentValue.Heartbeat);
            _pause = beat || usual < Hurry ? usual : Hurry;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogBeatFailed(e, WorkerId);
        }
    }

    /// <returns>Whether the lease is held, or need not be.</returns>
    private async Task<bool> BeatAsync(CancellationToken stoppingToken)
    {
        if (CurrentIncarnation() is not { } incarnation)
            return runner.IsDraining || await TryAsync(JoinAsync, stoppingToken, stoppingToken);

        // A database that hangs must not keep the worker from asking again.
        var left = runner.Lease.Left;
        using var expiry = new CancellationTokenSource(left > Hurry ? left : Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, stoppingToken);
        var renewed = await TryAsync(token => RenewAsync(incarnation, token), either.Token, stoppingToken) && CurrentIncarnation() is not null;
        stoppingToken.ThrowIfCancellationRequested();
        return renewed;
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var incarnation = Guid.NewGuid();
        var asked = clock.GetTimestamp();
        await registry.RegisterAsync(
            new WorkerRegistration
            {
                WorkerId = WorkerId,
                Incarnation = incarnation,
                Slots = runner.Slots,
                Tags = settings.TagList,
                Capabilities = settings.CapabilityList,
                Host = Environment.MachineName,
            },
            settings.EffectiveLease,
            cancellationToken);
        runner.Lease.Open(asked, settings.EffectiveLease);
        lock (_gate)
            _held.TrySetResult(incarnation);
        LogJoined(WorkerId, runner.Slots);
    }

    // A lease that ran out while the database was away is renewed as any other, unless somebody else saw the database and gave the regions away.
    private async Task RenewAsync(Guid incarnation, CancellationToken cancellationToken)
    {
        var lease = options.CurrentValue.EffectiveLease;
        var asked = clock.GetTimestamp();

        // Before the question: what is begun meanwhile is not in its answer.
        var held = runner.Held;
        var renewal = await registry.RenewAsync(new WorkerStatus(WorkerId, incarnation, runner.IsDraining), lease, cancellationToken);
        if (!renewal.Renewed)
        {
            Lose("another process has taken this worker's name, or the worker was struck off");
            return;
        }

        // First what was taken away, then go on with the rest.
        runner.Revoke(held.Except(renewal.Begun));
        runner.Lease.Open(asked, lease);
        if (renewal.Draining && !runner.IsDraining)
        {
            LogDrainAsked(WorkerId);
            _ = runner.DrainAsync(options.CurrentValue.DrainTime);
        }

        await GiveBackUnknownRegionsAsync(renewal.Begun, cancellationToken);
    }

    // Accepted, but in nobody's hands: its end could not be reported, or the answer to the acceptance was lost. The lease would keep it for
    // ever. Twice in a row, because a region that is just being accepted looks the same for a moment.
    private async Task GiveBackUnknownRegionsAsync(IReadOnlyList<RegionClaim> begun, CancellationToken cancellationToken)
    {
        HashSet<RegionClaim> unknown = [.. begun.Except(runner.Held)];
        var given = unknown.Where(_unknown.Contains).ToList();
        _unknown = unknown;
        if (await board.GiveBackAsync(WorkerId, given, $"worker {WorkerId} no longer had it in hand", cancellationToken) is > 0 and var count)
            LogGivenBack(WorkerId, count);
    }

    // Whatever runs may by now run elsewhere too: stop it, and come back as a newcomer.
    private void Lose(string why)
    {
        LogLost(WorkerId, why);
        runner.Lease.Close();
        lock (_gate)
            _held = new TaskCompletionSource<Guid>(TaskCreationOptions.RunContinuationsAsynchronously);
        runner.Revoke(runner.Held);
    }

    private async Task DrainAsync()
    {
        if (CurrentIncarnation() is { } incarnation)
            await TryBrieflyAsync(token => registry.DrainAsync(WorkerId, incarnation, token));
        await runner.DrainAsync(options.CurrentValue.DrainTime);
    }

    // Nobody waits for long for a process that ends: what is not said is learnt from the lease.
    private async Task TryBrieflyAsync(Func<CancellationToken, Task> ask)
    {
        using var patience = new CancellationTokenSource(LastWords, clock);
        await TryAsync(ask, patience.Token);
    }

    private Guid? CurrentIncarnation()
    {
        lock (_gate)
            return _held.Task.IsCompletedSuccessfully ? _held.Task.Result : null;
    }

    private Guid? TakeIncarnation()
    {
        lock (_gate)
        {
            var incarnation = CurrentIncarnation();
            _held = new TaskCompletionSource<Guid>(TaskCreationOptions.RunContinuationsAsynchronously);
            return incarnation;
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> ask, CancellationToken cancellationToken, CancellationToken stopping = default)
    {
        try
        {
            await ask(cancellationToken);
            _away = false;
            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // A beat that the end of the process has cut short: the caller goes on to drain and leave.
        }
        catch (Exception e) when (DatabaseAway.IsCauseOf(e) || e is OperationCanceledException)
        {
            // Once for each absence.
            if (!_away)
                LogDatabaseAway(e, WorkerId);
            _away = true;
        }
        catch (Exception e)
        {
            // Whatever it was, the worker must still beat, drain and leave.
            LogBeatFailed(e, WorkerId);
        }

        return false;
    }

    [LoggerMessage(LogLevel.Information, "Worker {WorkerId} has joined with {Slots} slots.")]
    private partial void LogJoined(string workerId, int slots);

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} has lost its lease: {Why}. It stops its regions and joins again.")]
    private partial void LogLost(string workerId, string why);

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} has given back {Regions} regions that it had accepted and no longer had in hand.")]
    private partial void LogGivenBack(string workerId, int regions);

    [LoggerMessage(LogLevel.Error, "Worker {WorkerId}: a heartbeat failed unexpectedly.")]
    private partial void LogBeatFailed(Exception e, string workerId);

    [LoggerMessage(LogLevel.Information, "Worker {WorkerId} was asked to drain.")]
    private partial void LogDrainAsked(string workerId);

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} can't reach the database: when its lease runs out its regions stand still, and they go on when it is renewed.")]
    private partial void LogDatabaseAway(Exception e, string workerId);
}
