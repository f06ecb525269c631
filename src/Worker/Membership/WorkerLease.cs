using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.Placement;
using Swath.Worker.Regions;

namespace Swath.Worker.Membership;

/// <summary>
/// Keeps the worker's place among the workers: joins, beats, learns from the bell and with each beat what was taken from it, stops
/// everything by itself when it could not beat for as long as its lease lasts, and drains and leaves at the end.
/// </summary>
public sealed partial class WorkerLease(
    WorkerRegistry registry,
    RegionBoard board,
    RegionRunner runner,
    WorkerBell bell,
    IOptionsMonitor<WorkerOptions> options,
    TimeProvider clock,
    ILogger<WorkerLease> log)
    : BackgroundService
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<Guid> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _until;
    private TimeSpan _pause = options.CurrentValue.Heartbeat;
    private HashSet<RegionClaim> _astray = [];

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
            await TryAsync(token => registry.LeaveAsync(WorkerId, incarnation, token), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryBeatAsync(rung: false, stoppingToken);
                // However often it rings, the heart beats in time.
                var next = clock.GetUtcNow() + _pause;
                while (await bell.WaitAsync(next - clock.GetUtcNow(), stoppingToken))
                    await TryBeatAsync(rung: true, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    // No fault of one beat may end the heart: the host would stop, and every region of this worker with it.
    private async Task TryBeatAsync(bool rung, CancellationToken stoppingToken)
    {
        try
        {
            await BeatAsync(rung, stoppingToken);
            _pause = options.CurrentValue.Heartbeat;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogBeatFailed(e, WorkerId);
        }
    }

    private async Task BeatAsync(bool rung, CancellationToken stoppingToken)
    {
        var incarnation = CurrentIncarnation();
        if (incarnation is null)
        {
            if (!runner.IsDraining)
                await TryAsync(JoinAsync, stoppingToken, stoppingToken);
            return;
        }

        // A database that hangs must not keep the worker from noticing that its lease has run out.
        var left = _until - clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            using var expiry = new CancellationTokenSource(left, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, stoppingToken);
            await TryAsync(token => RenewAsync(incarnation.Value, rung, token), either.Token, stoppingToken);
        }

        stoppingToken.ThrowIfCancellationRequested();
        if (CurrentIncarnation() is not null && _until <= clock.GetUtcNow())
            Lose("it could not be renewed in time");
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var incarnation = Guid.NewGuid();
        var asked = clock.GetUtcNow();
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
        lock (_gate)
        {
            _until = asked + settings.EffectiveLease;
            _held.TrySetResult(incarnation);
        }

        LogJoined(WorkerId, runner.Slots);
    }

    private async Task RenewAsync(Guid incarnation, bool rung, CancellationToken cancellationToken)
    {
        var lease = options.CurrentValue.EffectiveLease;
        // Counted from before the question: the answer's way must not lengthen the lease.
        var asked = clock.GetUtcNow();
        var renewal = await registry.RenewAsync(new WorkerStatus(WorkerId, incarnation, runner.IsDraining), lease, cancellationToken);
        if (!renewal.Renewed)
        {
            Lose("another process has taken this worker's name, or the worker was struck off");
            return;
        }

        _until = asked + lease;
        runner.Revoke(await board.RevokedAsync(WorkerId, incarnation, runner.Held, cancellationToken));
        if (renewal.Draining && !runner.IsDraining)
        {
            LogDrainAsked(WorkerId);
            _ = runner.DrainAsync(options.CurrentValue.DrainTime);
        }

        // Its two looks must lie apart, which two rings need not.
        if (!rung)
            await GiveBackAstrayAsync(cancellationToken);
    }

    // Accepted, but in nobody's hands: its end could not be reported, or the answer to the acceptance was lost. The lease would keep it for
    // ever. Twice in a row, because a region that is just being accepted looks the same for a moment.
    private async Task GiveBackAstrayAsync(CancellationToken cancellationToken)
    {
        var accepted = await registry.GetJobsByWorkerAsync(WorkerId, cancellationToken);
        var inHand = runner.Held.ToHashSet();
        HashSet<RegionClaim> astray =
        [
            .. accepted.Where(region => region.AcceptedAt is not null)
                .Select(region => new RegionClaim(region.JobId, region.RegionId, region.Attempt))
                .Where(claim => !inHand.Contains(claim)),
        ];
        var given = astray.Where(_astray.Contains).ToList();
        _astray = astray;
        if (await board.GiveBackAsync(WorkerId, given, $"worker {WorkerId} no longer had it in hand", cancellationToken) is > 0 and var count)
            LogGivenBack(WorkerId, count);
    }

    // Whatever runs may by now run elsewhere too: stop it, and come back as a newcomer.
    private void Lose(string why)
    {
        LogLost(WorkerId, why);
        lock (_gate)
            _held = new TaskCompletionSource<Guid>(TaskCreationOptions.RunContinuationsAsynchronously);
        runner.Revoke(runner.Held);
    }

    private async Task DrainAsync()
    {
        if (CurrentIncarnation() is { } incarnation)
            await TryAsync(token => registry.DrainAsync(WorkerId, incarnation, token), CancellationToken.None);
        await runner.DrainAsync(options.CurrentValue.DrainTime);
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

    private async Task TryAsync(Func<CancellationToken, Task> ask, CancellationToken cancellationToken, CancellationToken stopping = default)
    {
        try
        {
            await ask(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException && stopping.IsCancellationRequested)
        {
            // A beat that the end of the process has cut short: the caller goes on to drain and leave.
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            LogDatabaseAway(e, WorkerId);
        }
        catch (Exception e)
        {
            // Whatever it was, the lease's end must still be watched, and the worker still drain and leave.
            LogBeatFailed(e, WorkerId);
        }
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

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} can't reach the database.")]
    private partial void LogDatabaseAway(Exception e, string workerId);
}
