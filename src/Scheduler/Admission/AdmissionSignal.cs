using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Persistence;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Notifications;
using Swath.Scheduler.Jobs;

namespace Swath.Scheduler.Admission;

/// <summary>
/// Rings when something has happened that admission should look at: a job was queued, capacity was given back, a worker joined
/// (channel <c>swath_admission</c>; the payload is an endpoint, or empty for all). Of jobs whose events this process commits it hears without the database:
/// it is this process that admits them.
/// </summary>
public sealed class AdmissionSignal(
    [FromKeyedServices(ConnectionPurpose.StreamOrLock)] NpgsqlDataSource database, TimeProvider time, ILogger<AdmissionSignal> logger, NotificationSender? sender = null)
    : NotificationListener(database, time, logger, sender), ICommitListener<ImageJob>
{
    private readonly TimeProvider _time = time;
    private readonly Lock _gate = new();
    private HashSet<string> _rung = new(StringComparer.Ordinal);
    private bool _all = true;
    private TaskCompletionSource _ringing = New();

    protected override string Channel => "swath_admission";

    protected override string MeaningOfSilence => "until then admission looks by itself at its slow tick";

    /// <summary>Rings from inside the process.</summary>
    /// <param name="endpoint">Where something has happened; empty: everywhere.</param>
    public void Ring(string endpoint = "")
    {
        lock (_gate)
        {
            if (endpoint.Length == 0)
                _all = true;
            else
                _rung.Add(endpoint);
            _ringing.TrySetResult();
        }
    }

    /// <summary>Waits until it rings, or until the time is up; a time that is up means everywhere.</summary>
    /// <returns>The endpoints where something has happened; null: all.</returns>
    public async Task<IReadOnlySet<string>?> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task ringing;
        lock (_gate)
            ringing = _ringing.Task;
        var rang = true;
        try
        {
            await ringing.WaitAsync(atMost, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            rang = false;
        }

        lock (_gate)
        {
            IReadOnlySet<string>? endpoints = _all || !rang ? null : _rung;
            _all = false;
            _rung = new HashSet<string>(StringComparer.Ordinal);
            _ringing = New();
            return endpoints;
        }
    }

    /// <summary>Rings for a job that has entered the queue, and for one that has begun and has regions without a worker.</summary>
    public void Committed(ImageJob before, ImageJob after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (after.Status == JobStatus.Queued && before.QueueTurn != after.QueueTurn)
            Ring(after.Request?.Endpoint.Name ?? "");
        else if (after.Status == JobStatus.Running && before.Status != JobStatus.Running && after.Regions.Any(region => region.Outcome is null && region.WorkerId is null))
            Ring();
    }

    protected override void Heard(string? payload) => Ring(payload ?? "");

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
