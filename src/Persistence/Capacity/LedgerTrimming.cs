using Npgsql;

namespace Swath.Persistence.Capacity;

/// <summary>Keeps the insert-only tables of the ledger short.</summary>
internal static class LedgerTrimming
{
    private const int Batch = 1_000;

    /// <summary>Removes a batch of each kind, in one round trip.</summary>
    /// <returns>True when there is more of one.</returns>
    public static async Task<bool> RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();

        // An endpoint on which regions only end has nobody who folds.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with folded as (
              insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, virtual_time, shares, problem, at)
              select c.endpoint, c.variant, c.seq + 1, c.max_capacity, c.target, c.virtual_time, c.shares, c.problem, c.at from capacity c
               where (select count(*) from (
                       select from capacity_returns r
                        where r.endpoint = c.endpoint and r.variant = c.variant and r.txid >= pg_snapshot_xmax(c.snap) limit 100) unfolded) = 100
              on conflict do nothing
              returning 1
            )
            select count(*)::int from folded
            """));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            with old as (
              select l.endpoint, l.variant, l.seq from capacity c cross join lateral (
                select * from capacity_ledger l where l.endpoint = c.endpoint and l.variant = c.variant and l.seq < c.seq - 10 order by l.seq limit {Batch}) l
               limit {Batch}
            ), trimmed as (
              delete from capacity_ledger l using old o where (l.endpoint, l.variant, l.seq) = (o.endpoint, o.variant, o.seq) returning 1
            )
            select count(*)::int from trimmed
            """));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            with trimmed as (
              delete from capacity_returns where ctid = any (array(
                select r.ctid from capacity c cross join lateral (
                  select r.ctid from capacity_returns r
                   where r.endpoint = c.endpoint and r.variant = c.variant and r.txid < pg_snapshot_xmax(c.snap) and pg_visible_in_snapshot(r.txid, c.snap)
                   order by r.txid limit {Batch}) r
                 limit {Batch}))
              returning 1
            )
            select count(*)::int from trimmed
            """));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            with old as (
              select t.worker_id, t.turn from worker_turns t
               where exists (select from worker_turns n where n.worker_id = t.worker_id and n.turn > t.turn)
                  or not exists (select from workers w where w.worker_id = t.worker_id)
               limit {Batch}
            ), trimmed as (
              delete from worker_turns t using old o where t.worker_id = o.worker_id and t.turn = o.turn returning 1
            )
            select count(*)::int from trimmed
            """));

        var more = false;
        await using var row = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        do
        {
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                more |= row.GetInt32(0) >= Batch;
        }
        while (await row.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return more;
    }
}
