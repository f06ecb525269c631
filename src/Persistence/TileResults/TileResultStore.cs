using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Swath.Contracts;

namespace Swath.Persistence.TileResults;

/// <summary>
/// The checkpoints of running jobs: finished tiles with their features. Any number of workers write at once; none waits for another,
/// and a late writer of an older attempt changes nothing.
/// </summary>
/// <param name="database">Connections to a migrated database.</param>
public sealed class TileResultStore(NpgsqlDataSource database)
{
    // The rows come sorted by key: two writers of the same tiles then lock them in the same order and can't deadlock.
    private const string Save = """
        insert into tile_results (job_id, region_id, attempt, x, y, width, height, features, payload, failure, dropped, dropped_reason, skipped)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (job_id, region_id, y, x) do update
        set attempt = excluded.attempt, width = excluded.width, height = excluded.height,
            features = excluded.features, payload = excluded.payload, failure = excluded.failure,
            dropped = excluded.dropped, dropped_reason = excluded.dropped_reason, skipped = excluded.skipped
        where tile_results.attempt <= excluded.attempt
        """;

    // Served by the primary key, as are the reading and the deleting of a job.
    private const string Finished = """
        select x, y, width, height, features, failure, skipped
        from tile_results
        where job_id = $1 and region_id = $2
        order by y, x
        """;

    private const string Read = """
        select region_id, attempt, x, y, width, height, features, payload, failure, dropped, dropped_reason, skipped
        from tile_results
        where job_id = $1 and (region_id, y, x) > ($2, $3, $4)
        order by region_id, y, x
        limit 100
        """;

    private const string Delete = "delete from tile_results where job_id = $1";

    /// <summary>Stores finished tiles, all or none, in one statement. A tile that is given twice counts once, by its later attempt.</summary>
    /// <param name="tiles">Tiles of any jobs and regions; about as many as finish within a second.</param>
    /// <param name="cancellationToken">Ends the waiting; the statement is then rolled back or was already committed.</param>
    /// <returns>How many were stored; fewer than given when a later attempt had stored some of them before.</returns>
    public async Task<int> SaveAsync(IReadOnlyCollection<TileResult> tiles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        if (tiles.Count == 0)
            return 0;
        var rows = tiles
            .GroupBy(tile => (tile.JobId, tile.RegionId, tile.Window.Y, tile.Window.X))
            .OrderBy(same => same.Key)
            .Select(same => same.MaxBy(tile => tile.Attempt)!)
            .ToList();

        await using var command = database.CreateCommand(Save);
        Add(NpgsqlDbType.Uuid, rows, tile => tile.JobId);
        Add(NpgsqlDbType.Integer, rows, tile => tile.RegionId);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Attempt);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Window.X);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Window.Y);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Window.Width);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Window.Height);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Features);
        Add(NpgsqlDbType.Bytea, rows, tile => tile.Payload);
        Add(NpgsqlDbType.Text, rows, tile => tile.Failure);
        Add(NpgsqlDbType.Integer, rows, tile => tile.Dropped);
        Add(NpgsqlDbType.Text, rows, tile => tile.DroppedReason);
        Add(NpgsqlDbType.Boolean, rows, tile => tile.Skipped);
        return await command.ExecuteNonQueryAsync(cancellationToken);

        void Add<T>(NpgsqlDbType type, List<TileResult> from, Func<TileResult, T> column)
            => command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. from.Select(column)] });
    }

    /// <summary>The tiles of a region that are finished, by row and column: a retried region goes on with the others.</summary>
    public async Task<IReadOnlyList<FinishedTile>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(Finished);
        command.Parameters.AddWithValue(jobId);
        command.Parameters.AddWithValue(regionId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tiles = new List<FinishedTile>();
        while (await reader.ReadAsync(cancellationToken))
            tiles.Add(new FinishedTile(WindowAt(reader, 0), reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetBoolean(6)));
        return tiles;
    }

    /// <summary>
    /// All tiles of a job by region, row and column, one by one: the job's features never need to fit into memory together. They are read a
    /// hundred at a time, so that no statement waits for what the caller does with them.
    /// </summary>
    public async IAsyncEnumerable<TileResult> ReadAsync(Guid jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        TileResult? last = null;
        do
        {
            var batch = await ReadBatchAsync(jobId, last, cancellationToken);
            foreach (var tile in batch)
                yield return tile;
            last = batch.Count == 0 ? null : batch[^1];
        }
        while (last is not null);
    }

    private async Task<List<TileResult>> ReadBatchAsync(Guid jobId, TileResult? after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Read);
        command.Parameters.AddWithValue(jobId);
        command.Parameters.AddWithValue(after?.RegionId ?? int.MinValue);
        command.Parameters.AddWithValue(after?.Window.Y ?? int.MinValue);
        command.Parameters.AddWithValue(after?.Window.X ?? int.MinValue);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var batch = new List<TileResult>();
        while (await reader.ReadAsync(cancellationToken))
        {
            batch.Add(new TileResult
            {
                JobId = jobId,
                RegionId = reader.GetInt32(0),
                Attempt = reader.GetInt32(1),
                Window = WindowAt(reader, 2),
                Features = reader.GetInt32(6),
                Payload = reader.GetFieldValue<byte[]>(7),
                Failure = reader.IsDBNull(8) ? null : reader.GetString(8),
                Dropped = reader.GetInt32(9),
                DroppedReason = reader.IsDBNull(10) ? null : reader.GetString(10),
                Skipped = reader.GetBoolean(11),
            });
        }

        return batch;
    }

    /// <summary>Removes what a job stored; called when it is final.</summary>
    /// <returns>How many tiles were removed; 0 when there were none, which is no error.</returns>
    public async Task<int> DeleteAsync(Guid jobId, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(Delete);
        command.Parameters.AddWithValue(jobId);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static PixelWindow WindowAt(NpgsqlDataReader reader, int column)
        => new(reader.GetInt32(column), reader.GetInt32(column + 1), reader.GetInt32(column + 2), reader.GetInt32(column + 3));
}
