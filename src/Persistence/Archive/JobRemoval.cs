using Npgsql;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Archive;

/// <summary>
/// Takes jobs that are over out of every table that has a column <c>job_id</c>, of this release or of a newer one, in the caller's transaction: what is said of the
/// removal, the tombstones, then the rows. The database refuses to delete events in any other way.
/// </summary>
internal static class JobRemoval
{
    /// <summary>Rows that one statement deletes at most.</summary>
    private const int Batch = 1_000;

    // What capacity_returns says is folded into the ledger and goes by itself.
    private const string Tables =
        """
        select c.relname
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where a.attname = 'job_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
          and c.relnamespace = (select relnamespace from pg_class where oid = 'job_events'::regclass)
          and c.relname <> all (array['job_tombstones', 'capacity_returns'])
        order by c.relname
        """;

    private const string LockRows = "select from jobs where job_id = any ($1) and state = any ($2) order by job_id for update";

    private const string Versions =
        """
        select j.job_id, (select max(e.version) from job_events e where e.job_id = j.job_id)
        from jobs j
        where j.job_id = any ($1) and j.state = any ($2)
          and not exists (select from capacity_reservations c where c.job_id = j.job_id and c.closed_at is null)
        """;

    private const string Leave =
        """
        with removal as (
          insert into job_removals (kind, jobs, who, reason, file, sha256)
          values ($2, cardinality($1), $3, $4, $5, $6) returning removal_id
        )
        insert into job_tombstones (job_id, removal_id)
        select job_id, removal_id from unnest($1) as job (job_id), removal
        on conflict (job_id) do update set removal_id = excluded.removal_id, back_at = null
        """;

    /// <summary>Locks the rows of those jobs that are over and hold no capacity; the others are left alone by the caller.</summary>
    /// <returns>Their ids and versions.</returns>
    public static async Task<Dictionary<Guid, int>> LockAsync(NpgsqlTransaction transaction, StreamModel model, Guid[] jobs, CancellationToken cancellationToken)
    {
        await using var locking = new NpgsqlCommand(LockRows, transaction.Connection, transaction);
        locking.Parameters.Add(new NpgsqlParameter { Value = jobs });
        locking.Parameters.Add(new NpgsqlParameter { Value = model.FinalStates.ToArray() });
        await locking.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        // A statement of its own: it sees what was committed by those whom the locks waited for.
        await using var command = new NpgsqlCommand(Versions, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = jobs });
        command.Parameters.Add(new NpgsqlParameter { Value = model.FinalStates.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var versions = new Dictionary<Guid, int>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            versions.Add(reader.GetGuid(0), reader.IsDBNull(1) ? 0 : reader.GetInt32(1));
        return versions;
    }

    /// <summary>Removes jobs whose rows are locked.</summary>
    public static async Task RemoveAsync(NpgsqlTransaction transaction, RemovalNote note, Guid[] jobs, CancellationToken cancellationToken)
    {
        await using (var leave = new NpgsqlCommand(Leave, transaction.Connection, transaction))
        {
            leave.Parameters.Add(new NpgsqlParameter { Value = jobs });
            leave.Parameters.AddWithValue(note.Kind);
            leave.Parameters.AddWithValue(note.Who);
            leave.Parameters.AddWithValue(note.Reason);
            leave.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = note.File });
            leave.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = note.Sha256 });
            await leave.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var table in await TablesAsync(transaction.Connection!, cancellationToken).ConfigureAwait(false))
        {
            await using var delete = new NpgsqlCommand(
                $"delete from \"{table}\" where ctid = any (array(select ctid from \"{table}\" where job_id = any ($1) limit {Batch}))", transaction.Connection, transaction);
            delete.Parameters.Add(new NpgsqlParameter { Value = jobs });
            while (await delete.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == Batch)
            {
            }
        }
    }

    /// <summary>The tables that hold what belongs to a job.</summary>
    public static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Tables, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var tables = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            tables.Add(reader.GetString(0));
        return tables;
    }
}
