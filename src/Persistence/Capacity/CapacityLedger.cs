using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Capacity;

/// <summary>
/// Who holds how much of which endpoint variant: a chain of rows for each, to which admissions and changes of the target are appended and nothing is
/// ever updated. Any number of processes may reserve: the one that decided on an older row loses its race and writes nothing. The database itself keeps
/// reserved equal to the sum of open reservations and refuses to add load above the target (0017_capacity_ledger.sql).
/// </summary>
public sealed class CapacityLedger(NpgsqlDataSource database, IOutbox outbox, NotificationSender notifications)
{
    private const string Admission = "swath_admission";
    private const int RefreshRaces = 20;

    private readonly RunningJobs _running = new();
    private bool _adopted;

    /// <summary>
    /// Writes down what an endpoint variant can take, where that differs from what stands there. A lower target than what is reserved is legal: what runs
    /// goes on, and nothing is added until enough has ended. More room wakes admission.
    /// </summary>
    /// <param name="key">The endpoint variant; it gets an entry when it has none.</param>
    /// <param name="maxCapacity">Inference requests at once, 0 or more.</param>
    /// <param name="target">The part of them to be used, 0 or more; may be above <paramref name="maxCapacity"/>.</param>
    /// <param name="problem">Why the figures are not known or not fresh; null when they are.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="PostgresException">The endpoint is counted by its variants, and the key names none.</exception>
    public async Task RefreshAsync(
        EndpointVariant key, int maxCapacity, int target, string? problem = null, CancellationToken cancellationToken = default)
    {
        // An entry in use is written once a day at least, by which the unused ones are known.
        for (var race = 0; race < RefreshRaces; race++)
        {
            await using var command = database.CreateCommand(
                """
                with wanted as (
                  select coalesce(c.seq, 0) + 1 as seq, coalesce(c.virtual_time, 0) as virtual_time, coalesce(c.shares, '{}') as shares
                    from (select) one left join swath_capacity($1) c on c.variant = $2
                   where c.seq is null or (c.max_capacity, c.target) <> ($3, $4) or c.problem is distinct from $5 or c.at < swath_now() - interval '1 day'
                ), written as (
                  insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, virtual_time, shares, problem)
                  select $1, $2, w.seq, $3, $4, w.virtual_time, w.shares, $5 from wanted w
                  on conflict do nothing
                  returning 1
                )
                select (select count(*) from wanted)::int, (select count(*) from written)::int
                """);
            command.Parameters.Add(new NpgsqlParameter { Value = key.Endpoint });
            command.Parameters.Add(new NpgsqlParameter { Value = key.Variant });
            command.Parameters.Add(new NpgsqlParameter { Value = maxCapacity });
            command.Parameters.Add(new NpgsqlParameter { Value = target });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)problem ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            var (wanted, written) = (row.GetInt32(0), row.GetInt32(1));
            if (written > 0)
                notifications.Send(Admission, key.Endpoint);
            if (wanted == written)
                return;
        }
    }

    /// <summary>All entries, or those of one endpoint.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> ReadAsync(string? endpoint = null, CancellationToken cancellationToken = default)
    {
        await AdoptAsync(cancellationToken).ConfigureAwait(false);

        await using var command = database.CreateCommand(
            """
            select c.endpoint, c.variant, c.max_capacity, c.target, c.reserved, c.holders, c.seq, c.virtual_time, c.problem, c.shares
              from swath_capacity($1) c
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)endpoint ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var entries = new List<LedgerEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(new LedgerEntry
            {
                Key = new EndpointVariant(reader.GetString(0), reader.GetString(1)),
                MaxCapacity = reader.GetInt32(2),
                Target = reader.GetInt32(3),
                Reserved = reader.GetInt32(4),
                Holders = reader.GetInt32(5),
                Version = reader.GetInt64(6),
                VirtualTime = reader.GetDouble(7),
                Problem = reader.IsDBNull(8) ? null : reader.GetString(8),
                Shares = JsonSerializer.Deserialize<Dictionary<string, double>>(reader.GetString(9))!,
            });
        }

        return entries;
    }

    /// <summary>How many jobs of each tenant hold reservations, on all endpoints, at this moment.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RunningAsync(IReadOnlyCollection<string> tenants, CancellationToken cancellationToken = default)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(_running.Count(tenants));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await _running.ReadAsync(row, isLocked: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts a batch of jobs in one transaction: capacity reserved, regions placed, jobs out of the queue, messages written.
    /// All of it happens, or nothing. A batch that the database refuses is tried in halves: only the jobs that don't fit stay.
    /// </summary>
    /// <returns>What was admitted and refused, or which race was lost: read again, wait a moment at random, and try again.</returns>
    public Task<AdmissionOutcome> TryAdmitAsync(AdmissionBatch batch, CancellationToken cancellationToken = default) =>
        new AdmissionAttempt(database, outbox, _running, batch).RunAsync(cancellationToken);

    /// <summary>
    /// Gives back all that a job holds and takes its regions from their workers, because it was cancelled, paused or is over.
    /// A command that comes late or twice does not touch a job that was queued or started again since.
    /// </summary>
    /// <returns>Inference requests that were given back.</returns>
    public async Task<int> ReleaseAsync(Guid jobId, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ReservationSql.LockOpenRegionsAsync(transaction, [jobId], cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(
            """
            with stopped as (
              select c.reservation_id, c.load - c.released as held from capacity_reservations c left join jobs j on j.job_id = c.job_id
               where c.job_id = @job and c.closed_at is null
                 and (j.job_id is null or not (j.state = 'Running'
                      or j.state = 'Queued' and not exists (select from queue q where q.job_id = c.job_id)))
                 for update of c
            ), taken as (
              update job_regions r
                 set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, wanted_since = null, wanted_because = null
               where r.job_id = @job and r.ended_at is null and exists (select 1 from stopped)
            ), closed as (
              update capacity_reservations c set released = c.load, beyond = 0, closed_at = swath_now()
                from stopped s where c.reservation_id = s.reservation_id
              returning c.endpoint, s.held
            )
            select coalesce(sum(held), 0)::int, min(endpoint) from closed
            """, connection, transaction);
        command.Parameters.AddWithValue("job", jobId);
        int released;
        string? endpoint;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            (released, endpoint) = (row.GetInt32(0), row.IsDBNull(1) ? null : row.GetString(1));
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        if (endpoint is not null)
            notifications.Send(Admission, endpoint);
        return released;
    }

    /// <summary>
    /// Removes the entries of endpoint variants that nothing holds and nothing waits for, and whose capacity was not asked for within
    /// <paramref name="unusedFor"/>, a day or more.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> ForgetUnusedAsync(TimeSpan unusedFor, CancellationToken cancellationToken = default)
    {
        // Index: queue_lanes and the open reservations'.
        await using var command = database.CreateCommand(
            """
            with unused as (
              select c.endpoint, c.variant, c.seq from capacity c
               where c.at < swath_now() - $1::interval
                 and not exists (select from queue q where q.endpoint = c.endpoint and q.variant = c.variant)
                 and not exists (select from capacity_reservations r where r.endpoint = c.endpoint and r.variant = c.variant and r.closed_at is null)
            ), forgotten as (
              delete from capacity_ledger l using unused u where l.endpoint = u.endpoint and l.variant = u.variant and l.seq <= u.seq
            ), returns as (
              delete from capacity_returns r using unused u where r.endpoint = u.endpoint and r.variant = u.variant
            )
            select count(*)::int from unused
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = unusedFor });
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Removes what no decision reads any more: old rows of the chains, returns that are folded, turns of workers that were taken; a batch of each.</summary>
    /// <returns>True when there is more.</returns>
    public Task<bool> TrimAsync(CancellationToken cancellationToken = default) => LedgerTrimming.RunAsync(database, cancellationToken);

    /// <summary>Compares the ledger with the jobs and repairs what differs. What it returns is worth an alarm.</summary>
    public async Task<IReadOnlyList<LedgerRepair>> ReconcileAsync(CancellationToken cancellationToken = default)
    {
        var repairs = await LedgerReconciliation.RunAsync(database, cancellationToken).ConfigureAwait(false);
        if (repairs.Count > 0)
            notifications.Send(Admission);
        return repairs;
    }

    /// <summary>A database that was restored on another cluster is counted anew, once a process.</summary>
    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _adopted))
            return;
        await using var command = database.CreateCommand("select swath_adopt_ledger()");
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _adopted, true);
    }
}
