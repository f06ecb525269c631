using Npgsql;

namespace Swath.Bench.Load;

/// <summary>What a database has done since it was made, and what its tables hold now, from PostgreSQL's own statistics.</summary>
/// <param name="Commits">Transactions that committed.</param>
/// <param name="WalBytes">Bytes of write-ahead log of the whole server.</param>
/// <param name="Tables">Every table that was ever written to.</param>
internal sealed record ServerFigures(long Commits, long WalBytes, IReadOnlyDictionary<string, TableFigures> Tables)
{
    // A backend tells its counts at most once a second.
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(1.5);

    public static async Task<ServerFigures> ReadAsync(NpgsqlDataSource database)
    {
        await Task.Delay(Told, TimeProvider.System);
        await using var connection = await database.OpenConnectionAsync();
        await using var totals = new NpgsqlCommand(
            "select xact_commit, (pg_current_wal_insert_lsn() - '0/0')::bigint from pg_stat_database where datname = current_database()", connection);
        long commits, wal;
        await using (var row = await totals.ExecuteReaderAsync())
        {
            await row.ReadAsync();
            (commits, wal) = (row.GetInt64(0), row.GetInt64(1));
        }

        await using var command = new NpgsqlCommand(
            """
            select relname, n_live_tup, n_dead_tup, n_tup_ins, n_tup_upd, n_tup_del, pg_table_size(relid), pg_indexes_size(relid)
              from pg_stat_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0 order by pg_total_relation_size(relid) desc, relname
            """, connection);
        var tables = new Dictionary<string, TableFigures>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            tables[reader.GetString(0)] = new TableFigures(
                reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
        }

        return new ServerFigures(commits, wal, tables);
    }
}
