using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Placement;

/// <summary>Regions of running jobs that wait for a worker: more regions than slots, or a worker that was lost or drained.</summary>
public sealed class UnassignedRegions(NpgsqlDataSource database, IOutbox outbox, TimeProvider time)
{
    /// <summary>
    /// The first ones of every job that runs, oldest first: about <paramref name="limit"/>, shared by the jobs equally, and
    /// one of each at least. So a job whose regions nobody can take stands in nobody's way.
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
              select j.job_id, j.affinity from wanting w join jobs j on j.job_id = w.job_id where j.state = 'Running'
            )
            select j.job_id, r.region_id, r.kind, j.affinity::text, r.wanted_because
              from running j
             cross join lateral (
                select region_id, kind, wanted_since, wanted_because from job_regions
                 where job_id = j.job_id and wanted_since is not null
                 order by wanted_since, region_id limit greatest(1, @limit / (select count(*) from running))) r
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
        if (!await WorkerVersions.TryTakeAsync(transaction, workers, seenWorkers, cancellationToken).ConfigureAwait(false))
            return null;

        var placed = await PlaceAsync(transaction, assignments, cancellationToken).ConfigureAwait(false);
        if (placed.Count > 0)
        {
            OutboxEntry[] messages = [.. placed.Select(message => OutboxEntry.Send(Queues.ImageJob, message) with { JobId = message.JobId })];
            await outbox.EnqueueAsync(transaction, messages, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return placed;
    }

    private async Task<List<RegionReassigned>> PlaceAsync(
        NpgsqlTransaction transaction, IReadOnlyCollection<RegionAssignment> assignments, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with wanted as (
              select r.job_id, r.region_id, r.wanted_because, a.worker_id
                from job_regions r join unnest($1, $2, $3) as a (job_id, region_id, worker_id) using (job_id, region_id)
               where r.wanted_since is not null
               order by r.job_id, r.region_id for no key update of r
            )
            update job_regions r
               set worker_id = w.worker_id, attempt = r.attempt + 1, placed_at = $4, wanted_since = null, wanted_because = null
              from wanted w where r.job_id = w.job_id and r.region_id = w.region_id
            returning r.job_id, r.region_id, r.worker_id, r.attempt, w.wanted_because
            """, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = assignments.Select(assignment => assignment.Region.JobId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = assignments.Select(assignment => assignment.Region.RegionId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = assignments.Select(assignment => assignment.WorkerId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = time.GetUtcNow() });

        var placed = new List<RegionReassigned>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            placed.Add(new RegionReassigned
            {
                JobId = reader.GetGuid(0),
                Placement = new RegionPlacement(reader.GetInt32(1), reader.GetString(2), reader.GetInt32(3)),
                Reason = reader.IsDBNull(4) ? "it had no worker" : reader.GetString(4),
            });
        }

        return placed;
    }
}
