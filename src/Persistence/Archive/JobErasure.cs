using Npgsql;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Archive;

/// <summary>
/// Erases jobs: every row that tells of them goes, and one event without content says that there was a job. Backups, files of an archive and results that were
/// written elsewhere are not its business.
/// </summary>
/// <param name="database">Connections whose statements may take a minute.</param>
/// <param name="model">The stream.</param>
public sealed class JobErasure(NpgsqlDataSource database, StreamModel model)
{
    private const int Batch = 100;

    // By ranges of the primary key: no index on tenants of jobs that are over is worth its room for this.
    private const string Walk =
        """
        select job_id, state = any ($3), tenant = $2 from (select job_id, state, tenant from jobs where job_id > $1 order by job_id limit 1000) j order by job_id
        """;

    // Requests that no saga has heard of yet. Served by the primary key.
    private const string Waiting = "select count(*) from submissions s where s.tenant = $1 and not exists (select from jobs j where j.job_id = s.job_id)";

    private const string Tombstones =
        """
        insert into job_events (job_id, version, message_id, type, data, occurred_at)
        select job_id, version + 1, gen_random_uuid(), $3, '{}', swath_now() from unnest($1, $2) as job (job_id, version)
        """;

    private static readonly string[] Tenant = ["delete from tenant_shares where tenant = $1", "delete from tenants where tenant = $1"];

    /// <summary>The jobs of a tenant.</summary>
    /// <returns>Those that are over, those that are not, and how many requests were accepted and not yet taken.</returns>
    public async Task<(IReadOnlyList<Guid> Over, IReadOnlyList<Guid> UnderWay, long Waiting)> OfTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        List<Guid> over = [], underWay = [];
        var last = Guid.Empty;
        int read;
        do
        {
            read = 0;
            await using var command = database.CreateCommand(Walk);
            command.Parameters.AddWithValue(last);
            command.Parameters.AddWithValue(tenant);
            command.Parameters.Add(new NpgsqlParameter { Value = model.FinalStates.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); read++)
            {
                last = reader.GetGuid(0);
                if (!reader.IsDBNull(2) && reader.GetBoolean(2))
                    (reader.GetBoolean(1) ? over : underWay).Add(last);
            }
        }
        while (read > 0);

        await using var waiting = database.CreateCommand(Waiting);
        waiting.Parameters.AddWithValue(tenant);
        return (over, underWay, (long)(await waiting.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
    }

    /// <summary>Erases jobs, a hundred in a transaction; called again, it goes on where it was ended.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="who">Who says so, for the record.</param>
    /// <param name="reason">Why, for the record; not empty, and kept for good: not the place for a name.</param>
    /// <param name="cancellationToken">Ends it after the transaction that is under way.</param>
    /// <returns>How many were erased; the others are not over, hold capacity, or are not there.</returns>
    public async Task<int> RunAsync(IReadOnlyCollection<Guid> jobs, string who, string reason, CancellationToken cancellationToken = default)
    {
        var erased = 0;
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        foreach (var some in jobs.Order().Chunk(Batch))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            var locked = await JobRemoval.LockAsync(transaction, model, some, cancellationToken).ConfigureAwait(false);
            if (locked.Count == 0)
                continue;
            await JobRemoval.RemoveAsync(transaction, new RemovalNote("erased", who, reason), [.. locked.Keys], cancellationToken).ConfigureAwait(false);
            await using (var command = new NpgsqlCommand(Tombstones, connection, transaction))
            {
                command.Parameters.Add(new NpgsqlParameter { Value = locked.Keys.ToArray() });
                command.Parameters.Add(new NpgsqlParameter { Value = locked.Values.ToArray() });
                command.Parameters.AddWithValue(StoredEvent.Erased);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            erased += locked.Count;
        }

        return erased;
    }

    /// <summary>Forgets a tenant's tier and limits, when none of its jobs is left.</summary>
    public async Task ForgetTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        await using var batch = database.CreateBatch();
        foreach (var statement in Tenant)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement) { Parameters = { new NpgsqlParameter { Value = tenant } } });
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
