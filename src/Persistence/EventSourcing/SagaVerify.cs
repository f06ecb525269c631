using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Proves that the rows of <c>jobs</c> are what the events of <c>job_events</c> fold to. Advisory columns are not compared.</summary>
public sealed class SagaVerify
{
    private const int BatchSize = 500;

    // Rows that no event explains.
    private const string Orphans = "select j.job_id, j.job_id::text from jobs j where not exists (select from job_events e where e.job_id = j.job_id and e.version = 1)";

    private readonly NpgsqlDataSource _database;
    private readonly StreamModel _model;

    public SagaVerify(NpgsqlDataSource database, StreamModel model)
    {
        _database = database;
        _model = model;
    }

    /// <summary>Folds every stream and compares. On a working system a job that moves meanwhile is left out: its row is newer than what was folded.</summary>
    /// <exception cref="EventStoreException">A stored event is of an unknown type, or can't be folded.</exception>
    public async Task<SagaVerification> CompareAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        var differences = new List<SagaDifference>();
        var statement = Statement();
        long streams = 0;
        await foreach (var batch in FoldedStreams.ReadAsync(_database, _model, BatchSize, cancellationToken))
        {
            streams += batch.Count;
            await using var command = _model.FoldedRows(connection, batch, statement);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                differences.Add(new SagaDifference(reader.GetGuid(0), reader.GetString(1), Nullable(reader, 2), Nullable(reader, 3)));
        }
        await using var orphans = new NpgsqlCommand(Orphans, connection);
        await using var rows = await orphans.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            differences.Add(new SagaDifference(rows.GetGuid(0), "job_id", null, rows.GetString(1)));
        return new SagaVerification(streams, differences);
    }

    private string Statement()
    {
        var pairs = _model.ColumnValues("folded")
            .Select(c => $"('{c.Name}', ({c.Value})::text, j.{c.Name}::text)")
            .Prepend("('updated_at', folded.updated_at::text, j.updated_at::text)")
            .Prepend("('version', folded.version::text, j.version::text)")
            .Prepend("('job_id', folded.job_id::text, j.job_id::text)");
        return $"""
            select folded.job_id, pair.name, pair.expected, pair.actual
            from folded
            left join jobs j on j.job_id = folded.job_id
            cross join lateral (values {string.Join(", ", pairs)}) as pair (name, expected, actual)
            where pair.expected is distinct from pair.actual
              and (j.job_id is not null or pair.name = 'job_id')
              and (j.version is null or j.version <= folded.version)
            order by folded.job_id, pair.name
            """;
    }

    private static string? Nullable(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
