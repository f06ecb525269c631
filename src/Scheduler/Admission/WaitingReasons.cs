using Npgsql;
using NpgsqlTypes;
using Swath.Contracts;
using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Admission;

/// <summary>Writes into the queue why its jobs wait, and where they stand. Rows are locked in order of id, as everywhere.</summary>
internal sealed class WaitingReasons(NpgsqlDataSource database)
{
    /// <summary>Rows of one statement at most.</summary>
    internal const int RowsAtOnce = 1_000;

    /// <summary>Writes the reasons that differ from what the rows say.</summary>
    /// <returns>Those that were written.</returns>
    public async Task<IReadOnlyList<WaitingVerdict>> WriteAsync(IEnumerable<WaitingVerdict> verdicts, CancellationToken cancellationToken)
    {
        WaitingVerdict[] changed = [.. verdicts.Where(verdict => verdict.IsNew)];
        foreach (var some in changed.Chunk(RowsAtOnce))
        {
            await using var command = database.CreateCommand(
                """
                with changed as (
                  select q.job_id, v.reason, v.detail from queue q join unnest($1, $2, $3) as v (job_id, reason, detail) using (job_id)
                   order by q.job_id for no key update of q
                )
                update queue q set reason = c.reason, detail = c.detail from changed c where q.job_id = c.job_id
                """);
            command.Parameters.Add(new NpgsqlParameter { Value = some.Select(verdict => verdict.Job.JobId).ToArray() });
            command.Parameters.Add(new NpgsqlParameter { Value = some.Select(verdict => verdict.Reason.ToString()).ToArray() });
            command.Parameters.Add(new NpgsqlParameter { Value = some.Select(verdict => verdict.Detail).ToArray() });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return changed;
    }

    /// <summary>Writes positions that changed, from 1; null for jobs behind the part of the queue that was looked at.</summary>
    public async Task WritePositionsAsync(IReadOnlyCollection<(Guid JobId, int Position)> positions, CancellationToken cancellationToken)
    {
        if (positions.Count == 0)
            return;
        await using var command = database.CreateCommand(
            """
            with changed as (
              select q.job_id, p.position from queue q join unnest($1, $2) as p (job_id, position) using (job_id)
               where q.position is distinct from p.position
               order by q.job_id for no key update of q
            )
            update queue q set position = c.position from changed c where q.job_id = c.job_id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(entry => entry.JobId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(entry => entry.Position).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Names a reason for the oldest jobs that no cycle has come to: the one that all of an endpoint variant share, or the hard rule that no worker
    /// meets.
    /// </summary>
    /// <param name="key">The endpoint variant.</param>
    /// <param name="since">No job that waits for it is older.</param>
    /// <param name="shared">The reason that they share.</param>
    /// <param name="unmet">By rule, what no worker meets.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many.</returns>
    public async Task<int> WriteForUnconsideredAsync(
        EndpointVariant key, DateTimeOffset since, (WaitingReason Reason, string Detail) shared, IReadOnlyDictionary<Guid, string> unmet,
        CancellationToken cancellationToken)
    {
        // Index: queue_unconsidered.
        await using var command = database.CreateCommand(
            $"""
            with unconsidered as (
              select job_id from queue where endpoint = $1 and variant = $2 and reason is null and queued_at >= $3
               order by queued_at limit {RowsAtOnce}
            ), locked as (
              select q.job_id, q.rule from queue q join unconsidered using (job_id) where q.reason is null
               order by q.job_id for no key update of q
            )
            update queue q
               set reason = case when u.rule is null then $4 else '{nameof(WaitingReason.NoEligibleWorker)}' end, detail = coalesce(u.detail, $5)
              from locked l left join unnest($6, $7) as u (rule, detail) on u.rule = l.rule
             where q.job_id = l.job_id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = key.Endpoint });
        command.Parameters.Add(new NpgsqlParameter { Value = key.Variant });
        command.Parameters.Add(new NpgsqlParameter { Value = since });
        command.Parameters.Add(new NpgsqlParameter { Value = shared.Reason.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = shared.Detail, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = unmet.Keys.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = unmet.Values.ToArray() });
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
