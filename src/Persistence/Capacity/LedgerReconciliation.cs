using Npgsql;

namespace Swath.Persistence.Capacity;

/// <summary>The ways in which the ledger, the regions and the jobs can disagree, and what puts each right.</summary>
internal static class LedgerReconciliation
{
    // What the jobs have not told for a minute they will not tell: commands are on their way for less.
    // A reservation whose job is over, stopped, back in the queue or gone. Index: capacity_reservations_open.
    private const string Orphaned =
        """
        c.closed_at is null and c.reserved_at < swath_now() - interval '1 minute' and coalesce(j.updated_at, '-infinity') < swath_now() - interval '1 minute'
             and (j.job_id is null or j.state in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled', 'Paused')
                  or j.state = 'Queued' and exists (select from queue q where q.job_id = c.job_id))
        """;

    // A region that nobody runs and nobody looks for, though its job runs.
    private const string Forgotten =
        """
        j.state = 'Running' and j.updated_at < swath_now() - interval '1 minute'
             and r.job_id = j.job_id and r.ended_at is null and r.worker_id is null and r.wanted_since is null
        """;

    public static async Task<IReadOnlyList<LedgerRepair>> RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var repairs = new List<LedgerRepair>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var orphans = await IdsAsync($"select c.job_id from capacity_reservations c left join jobs j on j.job_id = c.job_id where {Orphaned}").ConfigureAwait(false);
        if (orphans.Length > 0)
            await GiveBackAsync(orphans).ConfigureAwait(false);
        foreach (var job in await IdsAsync($"select distinct j.job_id from jobs j join job_regions r on {Forgotten}").ConfigureAwait(false))
            await LookForWorkersAsync(job).ConfigureAwait(false);
        await QueueAsync().ConfigureAwait(false);
        await RecountAsync().ConfigureAwait(false);
        return repairs;

        async Task GiveBackAsync(Guid[] jobs)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await ReservationSql.LockOpenRegionsAsync(transaction, jobs, cancellationToken).ConfigureAwait(false);
            await RepairAsync(
                $"""
                with orphans as (
                  select c.reservation_id, c.job_id, c.endpoint, c.load - c.released as held, coalesce(j.state, 'unknown') as state
                    from capacity_reservations c left join jobs j on j.job_id = c.job_id
                   where c.job_id = any ($1) and {Orphaned}
                   order by c.reservation_id for update of c
                ), taken as (
                  update job_regions r
                     set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, wanted_since = null, wanted_because = null
                    from orphans o where r.job_id = o.job_id and r.ended_at is null
                ), closed as (
                  update capacity_reservations c set released = c.load, beyond = 0, closed_at = swath_now() from orphans o where c.reservation_id = o.reservation_id
                )
                select job_id, 'job is ' || state || ' but still held ' || held || ' of endpoint ' || endpoint || ': given back' from orphans
                """, jobs).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        // Where the job holds nothing either, what it runs is recorded without a limit: it runs already. When another was faster with the next row of
        // the ledger, the next turn comes to it.
        async Task LookForWorkersAsync(Guid job)
        {
            var before = repairs.Count;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await RepairAsync(
                $"""
                update job_regions r
                   set wanted_since = swath_now(), wanted_because = 'it was forgotten',
                       load = case when r.load > 0 then r.load else least(r.tiles, greatest(1, j.tile_workers)) end
                  from jobs j where j.job_id = $1 and {Forgotten}
                returning r.job_id, 'region ' || r.region_id || ' had neither a worker nor was one looked for: looked for now'
                """, job).ConfigureAwait(false);
            await using var record = new NpgsqlCommand(
                """
                with held as (
                  select j.job_id, j.endpoint, coalesce(j.variant, '') as variant, j.tenant, sum(r.load)::int as load
                    from jobs j join job_regions r on r.job_id = j.job_id and r.ended_at is null
                   where j.job_id = $1 and not exists (select from capacity_reservations c where c.job_id = j.job_id and c.closed_at is null)
                   group by j.job_id having sum(r.load) > 0
                ), won as (
                  insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, added, admitted, checked, virtual_time, shares, problem)
                  select h.endpoint, h.variant, coalesce(c.seq, 0) + 1, coalesce(c.max_capacity, 0), coalesce(c.target, 0), h.load, 1, false,
                         coalesce(c.virtual_time, 0), coalesce(c.shares, '{}'), c.problem
                    from held h left join capacity c on c.endpoint = h.endpoint and c.variant = h.variant
                  on conflict do nothing
                  returning seq
                ), recorded as (
                  insert into capacity_reservations (job_id, endpoint, variant, tenant, load, unchecked, reserved_at, ledger_seq)
                  select h.job_id, h.endpoint, h.variant, h.tenant, h.load, true, swath_now(), won.seq from held h, won
                )
                select (select count(*) from held) = (select count(*) from won)
                """, connection, transaction)
            { Parameters = { new NpgsqlParameter { Value = job } } };
            if ((bool)(await record.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!)
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            else
                repairs.RemoveRange(before, repairs.Count - before);
        }

        // A job that is Queued, waits in no queue and holds nothing: somebody deleted its row. Index: jobs_queued.
        Task QueueAsync() => RepairAsync(
            """
            with missing as (
              select j.job_id from jobs j
               where j.state = 'Queued' and j.updated_at < swath_now() - interval '1 minute'
                 and not exists (select from queue q where q.job_id = j.job_id)
                 and not exists (select from capacity_reservations c where c.job_id = j.job_id and c.closed_at is null)
               order by j.job_id limit 1000
            ), queued as (
              insert into queue (job_id, endpoint, variant, tenant, priority, queued_at, turn, regions, tile_workers, kind, affinity, load)
              select q.* from missing m join jobs j using (job_id) cross join lateral swath_queue_row(j) q
              on conflict do nothing
              returning job_id
            )
            select job_id, 'job was Queued, and stood in no queue: queued again' from queued
            """);

        // The chain and the reservations, as one snapshot sees them: they differ only when somebody went around the triggers.
        Task RecountAsync() => RepairAsync(
            """
            with counted as (
              select l.endpoint, l.variant, l.seq, l.max_capacity, l.target, l.virtual_time, l.shares, l.problem, l.reserved, l.holders,
                     coalesce(sum(c.load - c.released), 0)::int as actual, count(c.reservation_id)::int as actual_holders
                from capacity l left join capacity_reservations c
                  on c.endpoint = l.endpoint and c.variant = l.variant and c.closed_at is null
               group by l.endpoint, l.variant, l.seq, l.max_capacity, l.target, l.virtual_time, l.shares, l.problem, l.reserved, l.holders
            ), wrong as (
              select * from counted where actual <> reserved or actual_holders <> holders
            ), repaired as (
              insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, recomputed, virtual_time, shares, problem)
              select endpoint, variant, seq + 1, max_capacity, target, true, virtual_time, shares, problem from wrong
              on conflict do nothing
            )
            select null::uuid, 'endpoint ' || endpoint || ' said ' || reserved || ' reserved by ' || holders || ' jobs, open reservations say '
                   || actual || ' by ' || actual_holders || ': corrected'
              from wrong
            """);

        async Task<Guid[]> IdsAsync(string sql)
        {
            await using var command = new NpgsqlCommand($"select coalesce(array_agg(found.job_id), '{{}}') from ({sql} limit 1000) found", connection);
            return (Guid[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }

        async Task RepairAsync(string sql, object? jobs = null)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            if (jobs is not null)
                command.Parameters.Add(new NpgsqlParameter { Value = jobs });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                repairs.Add(new LedgerRepair(reader.GetString(1), reader.IsDBNull(0) ? null : reader.GetGuid(0)));
        }
    }
}
