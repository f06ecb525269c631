using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Placement;

/// <summary>Finds regions whose worker is gone and looks for another one for them.</summary>
public sealed class LostRegions(NpgsqlDataSource database, IOutbox outbox, NotificationSender notifications)
{
    /// <summary>
    /// Takes regions from workers whose lease lapsed, that left or started anew, and from those that have a free slot but did
    /// not begin the region in time (the message was lost). They are wanted again, under a new token once placed. A region
    /// that was lost too often fails for good: it may be what kills the workers.
    /// </summary>
    /// <param name="acceptWithin">
    /// How long a worker with a free slot may leave a region unbegun, from the moment that its job has heard of the placement. Doubled with each placement
    /// that was not begun, up to 32 times: messages that are only late must not be made stale, and so more, again and again.
    /// </param>
    /// <param name="maxLosses">At this many losses a region fails, 1 or more.</param>
    /// <param name="grace">After an absence of the database: which leases do not count as run out yet; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<LostRegion>> RescueAsync(
        TimeSpan acceptWithin, int maxLosses, LeaseGrace? grace = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var lost = await TakeAsync(transaction, acceptWithin, maxLosses, grace, cancellationToken).ConfigureAwait(false);
        if (lost.Count == 0)
            return [];

        OutboxEntry[] failures =
        [
            .. lost.Where(found => found.Region.GivenUp).Select(found => OutboxEntry.Send(Queues.ImageJob, new RegionFailed
            {
                JobId = found.Region.JobId,
                RegionId = found.Region.RegionId,
                Attempt = found.Attempt,
                WorkerId = found.Region.WorkerId,
                Reason = $"Workers were lost {found.Region.Losses} times while they processed this region, last because {found.Region.Reason}. "
                    + "It may need more memory than a worker has: use a smaller REGION_SIZE or bigger workers.",
            }) with { JobId = found.Region.JobId }),
        ];

        // It may live, and only not have reached the database.
        var stops = lost.Where(found => found.AtWork).Select(found => new TakenRegion(found.Region.WorkerId, new(found.Region.JobId, found.Region.RegionId, found.Attempt)).ToStop());
        if (failures.Concat(stops).ToArray() is { Length: > 0 } messages)
            await outbox.EnqueueAsync(transaction, messages, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        outbox.Committed();
        notifications.Send("swath_admission");
        return [.. lost.Select(found => found.Region)];
    }

    /// <summary>How long ago the database's server started, and whether any worker holds a region that could be lost.</summary>
    public async Task<(TimeSpan ServerAge, bool AnyHeld)> LookAsync(CancellationToken cancellationToken = default)
    {
        // Index: job_regions_held.
        await using var command = database.CreateCommand(
            """
            select clock_timestamp() - pg_postmaster_start_time(), exists (select from job_regions where worker_id is not null and ended_at is null)
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetTimeSpan(0), reader.GetBoolean(1));
    }

    private static async Task<List<(LostRegion Region, int Attempt, bool AtWork)>> TakeAsync(
        NpgsqlTransaction transaction, TimeSpan acceptWithin, int maxLosses, LeaseGrace? grace, CancellationToken cancellationToken)
    {
        // Reads what all workers hold (index: job_regions_held), which their slots bound.
        await using var command = new NpgsqlCommand(
            $"""
            with found as (
              select r.job_id, r.region_id, r.worker_id, r.attempt, r.load, r.losses + (r.accepted_at is not null)::int as losses,
                     coalesce(r.accepted_by = w.incarnation, false) as at_work,
                     case when w.worker_id is null then 'the worker left'
                          when w.lease_until <= swath_now() - @since then 'the worker''s lease lapsed'
                          when r.accepted_by <> w.incarnation then 'the worker started anew'
                          when r.accepted_at is null
                               and r.placed_at <= swath_now() - @since - @acceptWithin * power(2, least(5, greatest(0, r.attempt - 1 - r.losses)))
                               and exists (select from jobs j where j.job_id = r.job_id and j.state = 'Running'
                                              and coalesce(j.started_at, '-infinity') <= swath_now() - @since - @acceptWithin)
                               and (select count(*) from job_regions b
                                     where b.worker_id = r.worker_id and b.ended_at is null and b.accepted_at is not null) < w.slots
                            then 'the worker did not begin it in time' end as reason
                from job_regions r left join workers w on w.worker_id = r.worker_id
               where r.worker_id is not null and r.ended_at is null
            ), lost as (
              select f.*, f.losses >= @maxLosses as given_up
                from job_regions r join found f using (job_id, region_id)
               where f.reason is not null and r.worker_id = f.worker_id and r.attempt = f.attempt and r.ended_at is null
               order by job_id, region_id for no key update of r skip locked
            ), wanted as (
              update job_regions r
                 set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, losses = l.losses,
                     wanted_since = swath_now(), wanted_because = l.reason || ' (' || l.worker_id || ')'
                from lost l where r.job_id = l.job_id and r.region_id = l.region_id and not l.given_up
            ), ended as (
              update job_regions r set ended_at = swath_now(), outcome = 'lost', losses = l.losses
                from lost l where r.job_id = l.job_id and r.region_id = l.region_id and l.given_up
              returning r.job_id, r.load
            ), {ReservationSql.GiveBackEnded}
            select job_id, region_id, worker_id, reason, losses, given_up, attempt, at_work from lost
            """, transaction.Connection, transaction);

        // No region could be begun while the database was away either.
        command.Parameters.AddWithValue("since", grace?.Since ?? TimeSpan.Zero);
        command.Parameters.AddWithValue("acceptWithin", acceptWithin);
        command.Parameters.AddWithValue("maxLosses", maxLosses);

        var lost = new List<(LostRegion, int, bool)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            lost.Add((
                new LostRegion(
                    reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetBoolean(5)),
                reader.GetInt32(6),
                reader.GetBoolean(7)));
        }

        return lost;
    }
}
