using System.Data;
using Npgsql;

namespace Swath.Bench.Soak;

/// <summary>Transactions that stay open beside the load: a report that reads for hours, an import that has written and does not commit.</summary>
internal sealed class HeldTransactions : IAsyncDisposable
{
    private readonly List<NpgsqlConnection> _connections = [];

    public static async Task<HeldTransactions> OpenAsync(NpgsqlDataSource database, SoakSettings settings)
    {
        var held = new HeldTransactions();

        // Its snapshot is taken by its first query: from then on no version of a row that is newer goes.
        if (settings.HoldsReader)
            await held.BeginAsync(database, IsolationLevel.RepeatableRead, "select count(*) from pg_class");

        // Its id is the oldest that runs for as long as it is open.
        if (settings.HoldsWriter)
            await held.BeginAsync(database, IsolationLevel.ReadCommitted, "select pg_current_xact_id()");
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }

    private async Task BeginAsync(NpgsqlDataSource database, IsolationLevel isolation, string sql)
    {
        var connection = await database.OpenConnectionAsync();
        _connections.Add(connection);

        // Rolled back when its connection goes.
        await connection.BeginTransactionAsync(isolation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteScalarAsync();
    }
}
