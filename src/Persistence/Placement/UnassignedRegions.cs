using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Placement;

/// <summary>Regions of running jobs that wait for a worker: more regions than slots, or a worker that was lost or drained.</summary>
public sealed class UnassignedRegions(NpgsqlDataSource database, IOutbox outbox)
{
    /// <summary>
    /// The first ones of every job that runs, oldest first: about <paramref name="limit"/>, shared by the jobs equally, and
    /// one of each at least. So a job whose regions nobody can take stands in nobody's way. Of a job that is larger than its endpoint, those that fit
    /// into what it has reserved, beside its regions that run.
    /// </summary>
    public async Task<IReadOnlyList<UnassignedRegion>> ReadAsync(int limit, CancellationToken cancellationToken = default)
    {
        // Index: job_regions_wanted_by_job. The recursion hops from one job to the next, one descent each. A job that was not told yet that it runs would not know what to do with a region's worker.
        await using var command = database.CreateCommand(
            """
            with recursive wanting as (
              (select r.job_id from job_regions r where r.wanted_since is not null order by r.job_id limit 1)
              union all
              select n.job_id from wanting w cross join lateral (
                select r.job_id from job_regions r
                 where r.wanted_since is not null and r.job_id > w.job_id order by r.job_id limit 1) n
            ), running as (
              select j.job_id, j.affinity, room.requests as room
                from wanting w join jobs j on j.job_id = w.job_id left join lateral (
                  select c.load - c.released - coalesce((select sum(h.load) from job_regions h
                                                          where h.job_id = c.job_id and h.worker_id is not null and h.ended_at is null), 0) as requests
                    from capacity_reservations c where c.job_id = j.job_id and c.closed_at is null and c.beyond > 0) room on true
               where j.state = 'Running' and (room.requests is null or room.requests > 0)
            )
            select j.job_id, r.region_id, r.kind, j.affinity::text, r.wanted_because
              from running j
             cross join lateral (
                select f.*, sum(f.load) over (order by f.wanted_since, f.region_id) as requests from (
                  select region_id, kind, load, wanted_since, wanted_because from job_regions
                   where job_id = j.job_id and wanted_since is not null
                   order by wanted_since, region_id limit greatest(1, @limit / (select count(*) from running))) f) r
             where j.room is null or r.requests <= j.room
             order by r.wanted_since, j.job_id, r.region_id
            """);
        command.Parameters.AddWithValue("limit", limit);
        var wanted = new List<UnassignedRegion>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            wanted.Add(new UnassignedRegion
            {
                JobId = reader.GetGuid(0),
                RegionId = reader.GetInt32(1),
                Kind = reader.GetString(2),
                Affinity = reader.IsDBNull(3) ? null : reader.GetString(3),
                Because = reader.IsDBNull(4) ? "it had no worker" : reader.GetString(4),
            });
        }

        return wanted;
    }

    /// <summary>Places regions and tells their jobs, in one transaction.</summary>
    /// <param name="assignments">Each region once.</param>
    /// <param name="seenWorkers"><see cref="WorkerState.Version"/> of every worker named, as the decision saw it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What the jobs are told; null when another scheduler was faster: look again.</returns>
    public async Task<IReadOnlyList<RegionReassigned>?> TryPlaceAsync(
        IReadOnlyCollection<RegionAssignment> assignments, IReadOnlyDictionary<string, long> seenWorkers,
        CancellationToken cancellationToken = default)
    {
        var workers = assignments.Select(assignment => assignment.WorkerId).Distinct().Order(StringComparer.Ordinal).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var regions = await TakeAsync(transaction, assignments, workers, seenWorkers, cancellationToken).ConfigureAwait(false);
        if (regions is null)
            return null;

        var placed = await PlaceAsync(transaction, regions, cancellationToken).ConfigureAwait(false);
        if (placed.Count > 0)
        {
            OutboxEntry[] messages = [.. placed.Select(message => OutboxEntry.Send(Queues.ImageJob, message) with { JobId = message.JobId })];
            await outbox.EnqueueAsync(transaction, messages, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        outbox.Committed();
        return placed;
    }

    /// <summary>Takes the workers, and locks the regions and then the reservations of jobs that may not run all of theirs at once.</summary>
    /// <returns>The regions that may be placed, with their workers; null when a worker's figures are old.</returns>
    private static async Task<List<(Guid JobId, int RegionId, string WorkerId)>?> TakeAsync(
        NpgsqlTransaction transaction, IReadOnlyCollection<RegionAssignment> assignments, string[] workers, IReadOnlyDictionary<string, long> seenWorkers,
        CancellationToken cancellationToken)
    {
        Guid[] jobs = [.. assignments.Select(assignment => assignment.Region.JobId)];
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(PlanSettings.ByIndex),
                WorkerVersions.Take(workers, seenWorkers),
                Command(
                    """
                    select r.job_id, r.region_id, r.load, a.worker_id
                      from job_regions r join unnest($1, $2, $3) as a (job_id, region_id, worker_id) using (job_id, region_id)
                     where r.wanted_since is not null
                     order by r.job_id, r.region_id for no key update of r
                    """,
                    jobs, assignments.Select(assignment => assignment.Region.RegionId).ToArray(), assignments.Select(assignment => assignment.WorkerId).ToArray()),
                // Index: capacity_reservations_open.
                Command("select from capacity_reservations where job_id = any ($1) and closed_at is null and beyond > 0 order by job_id for no key update", jobs),
                Command(
                    """
                    select c.job_id, (c.load - c.released - coalesce(sum(r.load), 0))::int
                      from capacity_reservations c left join job_regions r on r.job_id = c.job_id and r.worker_id is not null and r.ended_at is null
                     where c.job_id = any ($1) and c.closed_at is null and c.beyond > 0 group by c.reservation_id
                    """, jobs),
            },
        };

        await using var row = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false) || row.GetInt32(0) != workers.Length)
            return null;
        var wanted = new List<(Guid JobId, int RegionId, int Load, string WorkerId)>();
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            wanted.Add((row.GetGuid(0), row.GetInt32(1), row.GetInt32(2), row.GetString(3)));
        var rooms = new Dictionary<Guid, int>();
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            rooms.Add(row.GetGuid(0), row.GetInt32(1));

        var placeable = new List<(Guid, int, string)>(wanted.Count);
        foreach (var (jobId, regionId, load, workerId) in wanted)
        {
            if (rooms.TryGetValue(jobId, out var room))
            {
                if (load > room)
                    continue;
                rooms[jobId] = room - load;
            }

            placeable.Add((jobId, regionId, workerId));
        }

        return placeable;
    }

    private static async Task<List<RegionReassigned>> PlaceAsync(
        NpgsqlTransaction transaction, List<(Guid JobId, int RegionId, string WorkerId)> regions, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction)
        {
            BatchCommands =
            {
                Command(
                    """
                    with wanted as (
                      select r.job_id, r.region_id, r.wanted_because, a.worker_id
                        from job_regions r join unnest($1, $2, $3) as a (job_id, region_id, worker_id) using (job_id, region_id)
                    )
                    update job_regions r
                       set worker_id = w.worker_id, attempt = r.attempt + 1, placed_at = swath_now(), wanted_since = null, wanted_because = null
                      from wanted w where r.job_id = w.job_id and r.region_id = w.region_id
                    returning r.job_id, r.region_id, r.worker_id, r.attempt, nullif(r.load, 0), w.wanted_because
                    """,
                    regions.Select(region => region.JobId).ToArray(),
                    regions.Select(region => region.RegionId).ToArray(),
                    regions.Select(region => region.WorkerId).ToArray()),
            },
        };

        var placed = new List<RegionReassigned>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            placed.Add(new RegionReassigned
            {
                JobId = reader.GetGuid(0),
                Placement = new RegionPlacement(reader.GetInt32(1), reader.GetString(2), reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetInt32(4)),
                Reason = reader.IsDBNull(5) ? "it had no worker" : reader.GetString(5),
            });
        }

        return placed;
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }
}
