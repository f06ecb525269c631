using Npgsql;
using NpgsqlTypes;

namespace Swath.Scheduler.Admission;

/// <summary>Writes into the rows of waiting jobs why they wait, and where in the queue they stand.</summary>
internal sealed class WaitingReasons(NpgsqlDataSource database)
{
    /// <summary>Writes the reasons that differ from what the rows say. Rows are locked in order of id, as everywhere.</summary>
    /// <returns>Those that were written.</returns>
    public async Task<IReadOnlyList<WaitingVerdict>> WriteAsync(IEnumerable<WaitingVerdict> verdicts, CancellationToken cancellationToken)
    {
        WaitingVerdict[] changed = [.. verdicts.Where(verdict => verdict.IsNew)];
        if (changed.Length == 0)
            return changed;

        await using var command = database.CreateCommand(
            """
            with changed as (
              select j.job_id, v.reason, v.detail from jobs j join unnest($1, $2, $3) as v (job_id, reason, detail) using (job_id)
               where j.state = 'Queued' and j.admitted_at is null
               order by j.job_id for no key update of j
            )
            update jobs j set waiting_reason = c.reason, waiting_detail = c.detail from changed c where j.job_id = c.job_id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = changed.Select(verdict => verdict.Job.JobId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = changed.Select(verdict => verdict.Reason.ToString()).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = changed.Select(verdict => verdict.Detail).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
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
              select j.job_id, p.position from jobs j join unnest($1, $2) as p (job_id, position) using (job_id)
               where j.state = 'Queued' and j.admitted_at is null and j.queue_position is distinct from p.position
               order by j.job_id for no key update of j
            )
            update jobs j set queue_position = c.position from changed c where j.job_id = c.job_id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(entry => entry.JobId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(entry => entry.Position).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Names a reason for jobs that no cycle has come to, because it is the same for all of one endpoint variant.</summary>
    /// <returns>How many.</returns>
    public async Task<int> WriteForUnconsideredAsync(
        string endpoint, string variant, string reason, string detail, int limit, CancellationToken cancellationToken)
    {
        // Index: jobs_waiting bounds the endpoint; jobs_unconsidered the whole.
        await using var command = database.CreateCommand(
            """
            with unconsidered as (
              select j.job_id from jobs j
               where j.state = 'Queued' and j.admitted_at is null and j.waiting_reason is null
                 and j.endpoint = $1 and coalesce(j.variant, '') = $2
               order by j.queued_at limit $5
            ), locked as (
              select j.job_id from jobs j join unconsidered using (job_id)
               where j.state = 'Queued' and j.admitted_at is null and j.waiting_reason is null
               order by j.job_id for no key update of j
            )
            update jobs j set waiting_reason = $3, waiting_detail = $4 from locked l where j.job_id = l.job_id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = endpoint });
        command.Parameters.Add(new NpgsqlParameter { Value = variant });
        command.Parameters.Add(new NpgsqlParameter { Value = reason });
        command.Parameters.Add(new NpgsqlParameter { Value = detail, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
