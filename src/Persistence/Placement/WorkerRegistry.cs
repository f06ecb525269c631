using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.Notifications;

namespace Swath.Persistence.Placement;

/// <summary>
/// The workers that live, by database lease. A worker joins, beats every ten seconds, and drains or lapses; it may hold work
/// only while its lease lasts.
/// </summary>
public sealed class WorkerRegistry(NpgsqlDataSource database, NotificationSender notifications, TimeProvider time)
{
    private readonly WorkerSnapshot _snapshot = new(database, time);

    private const string Admission = "swath_admission";

    /// <summary>How long a heartbeat lasts.</summary>
    public static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Joins, or joins again. What an older incarnation of the same worker had not begun goes to any worker at once. What it
    /// had begun is lost with it: schedulers are woken to take it (<see cref="LostRegions"/>), who count the loss and give up
    /// on a region that was lost too often.
    /// </summary>
    public async Task RegisterAsync(WorkerRegistration worker, TimeSpan? lease = null, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            with joined as (
              insert into workers (worker_id, incarnation, slots, tags, capabilities, host, started_at, lease_until)
              values (@worker, @incarnation, @slots, @tags, @capabilities, @host, swath_now(), swath_now() + @lease)
              on conflict (worker_id) do update
                 set incarnation = excluded.incarnation, slots = excluded.slots, tags = excluded.tags, host = excluded.host,
                     capabilities = excluded.capabilities, started_at = excluded.started_at, lease_until = excluded.lease_until,
                     draining = false, version = workers.version + 1
              returning worker_id
            )
            update job_regions r
               set worker_id = null, placed_at = null, wanted_since = swath_now(),
                   wanted_because = 'worker ' || j.worker_id || ' started anew'
              from joined j
             where r.worker_id = j.worker_id and r.ended_at is null and r.accepted_at is null
            """);
        AddWorker(command.Parameters, worker.WorkerId, worker.Incarnation);
        command.Parameters.AddWithValue("slots", worker.Slots);
        command.Parameters.AddWithValue("tags", worker.Tags.ToArray());
        command.Parameters.AddWithValue("capabilities", worker.Capabilities.ToArray());
        command.Parameters.Add(new NpgsqlParameter("host", NpgsqlDbType.Text) { Value = (object?)worker.Host ?? DBNull.Value });
        command.Parameters.AddWithValue("lease", lease ?? DefaultLease);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        notifications.Send(Admission);
    }

    /// <summary>Renews one worker's lease.</summary>
    public async Task<LeaseRenewal> RenewAsync(
        WorkerStatus status, TimeSpan? lease = null, CancellationToken cancellationToken = default) =>
        (await UpdateStatusBatchAsync([status], lease, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Renews the leases of many workers, and reads what they have begun, in one statement.</summary>
    /// <returns>One answer per status, in the same order.</returns>
    public async Task<IReadOnlyList<LeaseRenewal>> UpdateStatusBatchAsync(
        IReadOnlyList<WorkerStatus> statuses, TimeSpan? lease = null, CancellationToken cancellationToken = default)
    {
        // Index: job_regions_held.
        await using var command = database.CreateCommand(
            """
            with renewed as (
              update workers w set lease_until = swath_now() + @lease, draining = w.draining or beat.draining
                from (select * from unnest(@workers, @incarnations, @draining) as beat (worker_id, incarnation, draining) order by worker_id) beat
               where w.worker_id = beat.worker_id and w.incarnation = beat.incarnation
              returning w.worker_id, w.incarnation, w.draining
            )
            select w.worker_id, w.draining, r.job_id, r.region_id, r.attempt
              from renewed w left join job_regions r on r.worker_id = w.worker_id and r.ended_at is null and r.accepted_by = w.incarnation
            """);
        command.Parameters.AddWithValue("lease", lease ?? DefaultLease);
        command.Parameters.AddWithValue("workers", statuses.Select(status => status.WorkerId).ToArray());
        command.Parameters.AddWithValue("incarnations", statuses.Select(status => status.Incarnation).ToArray());
        command.Parameters.AddWithValue("draining", statuses.Select(status => status.Draining).ToArray());

        var renewed = new Dictionary<string, (bool Draining, List<RegionClaim> Begun)>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var workerId = reader.GetString(0);
            if (!renewed.TryGetValue(workerId, out var worker))
                renewed[workerId] = worker = (reader.GetBoolean(1), []);
            if (!reader.IsDBNull(2))
                worker.Begun.Add(new RegionClaim(reader.GetGuid(2), reader.GetInt32(3), reader.GetInt32(4)));
        }

        return [.. statuses.Select(status => renewed.TryGetValue(status.WorkerId, out var worker)
            ? new LeaseRenewal(status.WorkerId, Renewed: true, worker.Draining, worker.Begun)
            : new LeaseRenewal(status.WorkerId, Renewed: false, status.Draining, []))];
    }

    /// <summary>Asks a worker to drain: nothing more is placed on it, and what it has not begun goes to others at once.</summary>
    /// <returns>False when there is no such worker.</returns>
    public Task<bool> DrainAsync(string workerId, CancellationToken cancellationToken = default) =>
        DrainAsync(workerId, null, cancellationToken);

    /// <summary>A worker that stops drains itself, and not a successor that has taken its name meanwhile.</summary>
    /// <returns>False when this incarnation is not registered.</returns>
    public Task<bool> DrainAsync(string workerId, Guid incarnation, CancellationToken cancellationToken = default) =>
        DrainAsync(workerId, (Guid?)incarnation, cancellationToken);

    private async Task<bool> DrainAsync(string workerId, Guid? incarnation, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with draining as (
              update workers set draining = true, version = version + 1
               where worker_id = @worker and (@incarnation is null or incarnation = @incarnation) returning worker_id
            ), given as (
              update job_regions r
                 set worker_id = null, placed_at = null, wanted_since = swath_now(), wanted_because = 'worker ' || d.worker_id || ' drains'
                from draining d where r.worker_id = d.worker_id and r.ended_at is null and r.accepted_at is null
            )
            select count(*)::int from draining
            """);
        command.Parameters.AddWithValue("worker", workerId);
        command.Parameters.Add(new NpgsqlParameter("incarnation", NpgsqlDbType.Uuid) { Value = (object?)incarnation ?? DBNull.Value });
        if ((int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! == 0)
            return false;
        notifications.Send(Admission);
        return true;
    }

    /// <summary>Leaves for good. Whatever the worker still holds goes to others, and no loss is counted.</summary>
    public async Task LeaveAsync(string workerId, Guid incarnation, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            with gone as (
              delete from workers where worker_id = @worker and incarnation = @incarnation returning worker_id
            )
            update job_regions r
               set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, wanted_since = swath_now(),
                   wanted_because = 'worker ' || g.worker_id || ' left'
              from gone g where r.worker_id = g.worker_id and r.ended_at is null
            """);
        AddWorker(command.Parameters, workerId, incarnation);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        notifications.Send(Admission);
        // The process is about to end.
        await notifications.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The regions that a worker holds, oldest first.</summary>
    public async Task<IReadOnlyList<HeldRegion>> GetJobsByWorkerAsync(string workerId, CancellationToken cancellationToken = default)
    {
        // Index: job_regions_held.
        await using var command = database.CreateCommand(
            """
            select job_id, region_id, attempt, placed_at, accepted_at from job_regions
             where worker_id = @worker and ended_at is null order by placed_at, job_id, region_id
            """);
        command.Parameters.AddWithValue("worker", workerId);
        var held = new List<HeldRegion>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            held.Add(new HeldRegion(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return held;
    }

    /// <summary>What workers have begun of one job.</summary>
    public async Task<IReadOnlyList<TakenRegion>> GetBegunRegionsAsync(Guid jobId, CancellationToken cancellationToken = default)
    {
        // Index: the primary key.
        await using var command = database.CreateCommand(
            "select worker_id, region_id, attempt from job_regions where job_id = $1 and accepted_at is not null and ended_at is null order by region_id");
        command.Parameters.AddWithValue(jobId);
        var begun = new List<TakenRegion>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            begun.Add(new TakenRegion(reader.GetString(0), new RegionClaim(jobId, reader.GetInt32(1), reader.GetInt32(2))));
        return begun;
    }

    /// <summary>How many jobs wait, by tenant and reason.</summary>
    public async Task<IReadOnlyList<QueueDepth>> GetQueueDepthAsync(CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            "select tenant, coalesce(reason, 'NotConsidered'), count(*)::int from queue group by 1, 2 order by 1, 2");
        var depths = new List<QueueDepth>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            depths.Add(new QueueDepth(reader.GetString(0), reader.GetString(1), reader.GetInt32(2)));
        return depths;
    }

    /// <summary>The workers with at least one free slot, most free slots first.</summary>
    public async Task<IReadOnlyList<WorkerState>> GetAvailableWorkersAsync(CancellationToken cancellationToken = default) =>
        [.. (await GetLivingWorkersAsync(cancellationToken).ConfigureAwait(false))
            .Where(worker => worker.FreeSlots > 0)
            .OrderByDescending(worker => worker.FreeSlots).ThenBy(worker => worker.WorkerId, StringComparer.Ordinal)];

    /// <summary>Every worker whose lease lasts and that does not drain, with what it holds.</summary>
    public Task<IReadOnlyList<WorkerState>> GetLivingWorkersAsync(CancellationToken cancellationToken = default) =>
        _snapshot.ReadAsync(cancellationToken);

    private static void AddWorker(NpgsqlParameterCollection parameters, string workerId, Guid incarnation)
    {
        parameters.AddWithValue("worker", workerId);
        parameters.AddWithValue("incarnation", incarnation);
    }
}
