using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.Placement;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Admission;

/// <summary>
/// Jobs that no living worker could take. They stand outside the queue, so that they cost nothing and block nobody, until a
/// worker is there that could.
/// </summary>
internal sealed class UnschedulableJobs(NpgsqlDataSource database, TimeProvider time)
{
    private string? _fleet;
    private DateTimeOffset _looked;

    /// <summary>
    /// Jobs were parked, perhaps against a fleet that <see cref="ReturnAsync"/> never saw: its next call looks at them.
    /// </summary>
    public void LookAgain() => _fleet = null;

    /// <summary>
    /// Brings jobs back into the queue that the fleet can take. Looks when the fleet has changed since the last look, and
    /// after <paramref name="atLeastEvery"/>: other schedulers park jobs too, against what they see.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> ReturnAsync(PlacementBoard board, TimeSpan atLeastEvery, CancellationToken cancellationToken)
    {
        var fleet = Describe(board.Workers);
        var now = time.GetUtcNow();
        if (fleet == _fleet && now - _looked < atLeastEvery)
            return 0;

        // Index: jobs_parked.
        List<string?> rules = [];
        await using (var command = database.CreateCommand(
            """
            select distinct affinity::text from jobs where state = 'Queued' and admitted_at is null and waiting_reason = 'NoEligibleWorker'
            """))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                rules.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        }

        var met = rules.Where(affinity => board.MissingRule(affinity) is null).ToArray();
        var returned = 0;
        if (met.Length > 0)
        {
            await using var command = database.CreateCommand(
                """
                with met as (
                  select job_id from jobs
                   where state = 'Queued' and admitted_at is null and waiting_reason = 'NoEligibleWorker' and coalesce(affinity::text, '') = any ($1)
                   order by job_id for no key update
                )
                update jobs j set waiting_reason = null, waiting_detail = null from met r where j.job_id = r.job_id
                """);
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = met.Select(affinity => affinity ?? "").ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            });
            returned = await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        (_fleet, _looked) = (fleet, now);
        return returned;
    }

    private static string Describe(IReadOnlyList<WorkerState> workers) =>
        string.Join('\n', workers.Select(worker =>
            $"{worker.WorkerId}|{string.Join(',', worker.Tags)}|{string.Join(',', worker.Capabilities)}"));
}
