using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.Notifications;

namespace Swath.Worker.Membership;

/// <summary>
/// Rings when something was taken from this worker or asked of it (channel <c>swath_worker</c>, payload the worker's id, sent by triggers):
/// a cancelled or paused region then stops at once, and not with the next heartbeat.
/// </summary>
public sealed class WorkerSignal(NpgsqlDataSource database, IOptionsMonitor<WorkerOptions> options, TimeProvider time, ILogger<WorkerSignal> log)
    : NotificationListener(database, time, log)
{
    private readonly string _workerId = options.CurrentValue.EffectiveId;
    private readonly AsyncSignal _bell = new(time);

    protected override string Channel => "swath_worker";

    protected override string MeaningOfSilence => "until then this worker learns with its heartbeats what was taken from it";

    /// <summary>Waits until it rings, or until the time is up.</summary>
    /// <returns>Whether it rang.</returns>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _bell.WaitAsync(atMost, cancellationToken);

    public override void Dispose()
    {
        _bell.Dispose();
        base.Dispose();
    }

    protected override void Heard(string? payload)
    {
        if (payload is null || payload == _workerId)
            _bell.Ring();
    }
}
