using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.Notifications;

namespace Swath.Persistence.Outbox;

/// <summary>Rings when there is something to deliver that nobody has in hand, in whichever process it was written.</summary>
internal sealed class OutboxSignal(
    [FromKeyedServices(ConnectionPurpose.StreamOrLock)] NpgsqlDataSource database, TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxSignal> logger, NotificationSender? sender = null)
    : NotificationListener(database, time, logger, sender)
{
    private readonly AsyncSignal _signal = new(time);

    protected override string Channel => PendingMessages.Channel;

    protected override string MeaningOfSilence => "until then it is looked at as often";

    protected override TimeSpan Pause => options.Value.SweepInterval;

    /// <summary>Returns when it is signalled, or after a while.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override void Heard(string? payload) => _signal.Ring();
}
