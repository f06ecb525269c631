using Npgsql;

namespace Swath.Bench.Start;

/// <summary>
/// Makes very many jobs of a few real ones, whatever the tables are: every row that names one of them is copied under new ids, as it stands. No trigger
/// runs: what one would add is there to be copied.
/// </summary>
internal sealed class ClonedJobs(NpgsqlDataSource database)
{
    private const int Batch = 100_000;

    private int _cloned;

    /// <summary>The first jobs in a state.</summary>
    public async Task<Guid[]> FindAsync(string state, int jobs)
    {
        await using var command = database.CreateCommand("select array(select job_id from jobs where state = $1 order by requested_at limit $2)");
        command.Parameters.AddWithValue(state);
        command.Parameters.AddWithValue(jobs);
        return (Guid[])(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Every table that has rows of jobs.</summary>
    public async Task<string[]> TablesAsync()
    {
        await using var command = database.CreateCommand(
            """
            select array(select table_name::text from information_schema.columns join information_schema.tables using (table_schema, table_name)
                          where table_schema = 'public' and table_type = 'BASE TABLE' and column_name = 'job_id' order by table_name)
            """);
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Copies jobs by turns, until there are so many more.</summary>
    /// <param name="originals">The jobs.</param>
    /// <param name="copies">How many more jobs.</param>
    /// <param name="tables">Of which tables; the job's rows in the others are left out.</param>
    public async Task CloneAsync(Guid[] originals, int copies, string[] tables)
    {
        await using var connection = await database.OpenConnectionAsync();
        await ExecuteAsync(connection, "set session_replication_role = replica; set synchronous_commit = off; set statement_timeout = 0");
        for (var begun = 0; begun < copies; begun += Batch)
        {
            var some = Math.Min(Batch, copies - begun);
            await ExecuteAsync(connection, "drop table if exists clones");
            await ExecuteAsync(connection, "create temp table clones (original uuid, job_id uuid, n int)");
            await using (var fill = new NpgsqlCommand("insert into clones select $1[1 + n % cardinality($1)], gen_random_uuid(), n from generate_series($2, $3) n", connection))
            {
                fill.Parameters.AddWithValue(originals);
                fill.Parameters.AddWithValue(_cloned + 1);
                fill.Parameters.AddWithValue(_cloned + some);
                await fill.ExecuteNonQueryAsync();
            }

            await ExecuteAsync(connection, "analyze clones");
            foreach (var table in tables)
                await ExecuteAsync(connection, await CopyAsync(connection, table));
            _cloned += some;
        }

        // The pool does not put this one back.
        await ExecuteAsync(connection, "reset session_replication_role");
    }

    /// <summary>Leaves the tables as those of a database that has lived: with statistics, and nothing left to vacuum.</summary>
    public async Task SettleAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await ExecuteAsync(connection, "vacuum (analyze)");
        await ExecuteAsync(connection, "checkpoint");
    }

    // Ids inside texts are the job's own; a message has another id; times lie ten milliseconds apart, so that queues have an order.
    private static async Task<string> CopyAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand(
            """
            select string_agg(quote_ident(column_name), ', ' order by ordinal_position),
                   string_agg(case when column_name = 'job_id' then 'c.job_id'
                                   when column_name = 'message_id' then format('md5(s.message_id::text || c.n)::uuid')
                                   when data_type in ('text', 'json', 'jsonb') then format('replace(s.%1$I::text, s.job_id::text, c.job_id::text)::%2$s', column_name, data_type)
                                   when data_type = 'timestamp with time zone' then format('s.%I - c.n * interval ''10 ms''', column_name)
                                   else format('s.%I', column_name) end, ', ' order by ordinal_position)
              from information_schema.columns
             where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO' and coalesce(column_default, '') not like 'nextval(%'
            """, connection);
        command.Parameters.AddWithValue(table);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return $"insert into public.\"{table}\" ({row.GetString(0)}) select {row.GetString(1)} from public.\"{table}\" s join clones c on c.original = s.job_id";
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
