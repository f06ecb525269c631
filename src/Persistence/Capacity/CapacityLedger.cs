using Npgsql;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;

namespace Swath.Persistence.Capacity;

/// <summary>
/// Who holds how much of which endpoint variant. Any number of processes may reserve: the one that decided on older figures
/// loses its race and writes nothing. The database itself keeps reserved equal to the sum of open reservations and refuses
/// to add load above the target (0002_scheduling.sql).
/// </summary>
public sealed class CapacityLedger(NpgsqlDataSource database, IOutbox outbox, TimeProvider time)
{
    /// <summary>
    /// Writes down what an endpoint variant can take. A lower target than what is reserved is legal: what runs goes on, and
    /// nothing is added until enough has ended. More room wakes admission.
    /// </summary>
    /// <param name="key">The endpoint variant; it gets an entry when it has none.</param>
    /// <param name="maxCapacity">Inference requests at once, 0 or more.</param>
    /// <param name="target">The part of them to be used, 0 or more; may be above <paramref name="maxCapacity"/>.</param>
    /// <param name="problem">Why the figures are not known or not fresh; null when they are.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RefreshAsync(
        EndpointVariant key, int maxCapacity, int target, string? problem = null, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            with refreshed as (
              insert into endpoint_capacity as c (endpoint, variant, max_capacity, target, refreshed_at, problem)
              values (@endpoint, @variant, @max, @target, @now, @problem)
              on conflict (endpoint, variant) do update
                 set max_capacity = excluded.max_capacity, target = excluded.target, refreshed_at = excluded.refreshed_at,
                     problem = excluded.problem, version = c.version + (c.target <> excluded.target)::int
              returning endpoint
            )
            select pg_notify('swath_admission', endpoint)::text from refreshed
            """);
        command.Parameters.AddWithValue("endpoint", key.Endpoint);
        command.Parameters.AddWithValue("variant", key.Variant);
        command.Parameters.AddWithValue("max", maxCapacity);
        command.Parameters.AddWithValue("target", target);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.Add(new NpgsqlParameter("problem", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)problem ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All entries, or those of one endpoint.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> ReadAsync(string? endpoint = null, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            select c.endpoint, c.variant, c.max_capacity, c.target, c.reserved, c.holders, c.version, c.virtual_time, c.problem
              from endpoint_capacity c where @endpoint is null or c.endpoint = @endpoint
            """);
        command.Parameters.Add(new NpgsqlParameter("endpoint", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)endpoint ?? DBNull.Value });
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
            });
        }

        return entries;
    }

    /// <summary>
    /// Starts a batch of jobs in one transaction: capacity reserved, regions placed, jobs out of the queue, messages written.
    /// All of it happens, or nothing.
    /// </summary>
    /// <returns>What was admitted, or which race was lost: read again, wait a moment at random, and try again.</returns>
    public async Task<AdmissionOutcome> TryAdmitAsync(AdmissionBatch batch, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            return await new AdmissionTransaction(connection, transaction, time.GetUtcNow())
                .RunAsync(batch, outbox, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException refusal) when (refusal.SqlState is PostgresErrorCodes.CheckViolation
            or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            return AdmissionOutcome.Lost(LostRace.Database);
        }
    }

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
              update capacity_reservations c set released = c.load, closed_at = @now
                from stopped s where c.reservation_id = s.reservation_id
              returning c.endpoint, s.held
            )
            select coalesce(sum(held), 0)::int, (select pg_notify('swath_admission', min(endpoint)) from closed having count(*) > 0)::text from closed
            """, connection, transaction);
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        var released = (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return released;
    }

    /// <summary>
    /// Removes the entries, and the tenants' shares, of endpoint variants that nothing holds and nothing waits for, and whose capacity was not
    /// asked for within <paramref name="unusedFor"/>.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> ForgetUnusedAsync(TimeSpan unusedFor, CancellationToken cancellationToken = default)
    {
        // Index: queue_lanes and the open reservations'.
        await using var command = database.CreateCommand(
            """
            with forgotten as (
              delete from endpoint_capacity c
               where c.refreshed_at < @before and c.holders = 0
                 and not exists (select from queue q where q.endpoint = c.endpoint and q.variant = c.variant)
                 and not exists (select from capacity_reservations r where r.endpoint = c.endpoint and r.variant = c.variant and r.closed_at is null)
              returning c.endpoint, c.variant
            ), shares as (
              delete from tenant_shares s using forgotten f where s.endpoint = f.endpoint and s.variant = f.variant
            )
            select count(*)::int from forgotten
            """);
        command.Parameters.AddWithValue("before", time.GetUtcNow() - unusedFor);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Compares the ledger with the jobs and repairs what differs. What it returns is worth an alarm.</summary>
    public Task<IReadOnlyList<LedgerRepair>> ReconcileAsync(CancellationToken cancellationToken = default) =>
        LedgerReconciliation.RunAsync(database, time.GetUtcNow(), cancellationToken);
}
