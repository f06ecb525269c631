using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Notifications;

namespace Swath.Scheduler.Jobs;

/// <summary>Wakes whoever tells subscribers of jobs (<see cref="StatusNotificationOutbox"/>) when there may be something to tell; where nobody does, it sends nothing.</summary>
internal sealed class StatusSignal(NpgsqlDataSource database, NotificationSender notifications, TimeProvider time, ILogger<StatusSignal> logger) : ICommitListener<ImageJob>
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _askedAt;
    private volatile bool _followed;

    public void Committed(ImageJob before, ImageJob after)
    {
        lock (_gate)
        {
            if (_askedAt is not { } asked || time.GetElapsedTime(asked) >= AskEvery)
            {
                _askedAt = time.GetTimestamp();
                _ = AskAsync();
            }
        }

        if (_followed && (after.Status != before.Status || after.RegionsEnded != before.RegionsEnded))
            notifications.Send(StatusNotificationOutbox.Channel);
    }

    private async Task AskAsync()
    {
        try
        {
            await using var command = database.CreateCommand("select exists (select from status_following where until > now())");
            _followed = await command.ExecuteScalarAsync().ConfigureAwait(false) is true;
        }
        catch (Exception failure)
        {
            logger.LogDebug(failure, "Whether anybody tells of jobs can't be asked; who does looks by himself");
        }
    }
}
