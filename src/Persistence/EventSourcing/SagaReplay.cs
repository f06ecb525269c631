using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Rebuilds every row of <c>jobs</c> from <c>job_events</c>. May run beside a working system: a row that is newer than what was read is left alone.</summary>
public sealed class SagaReplay
{
    private readonly NpgsqlDataSource _database;
    private readonly StreamModel _model;

    public SagaReplay(NpgsqlDataSource database, StreamModel model)
    {
        _database = database;
        _model = model;
    }

    /// <summary>Folds every stream and writes its row; one that holds events of a newer release is left alone. Only columns of the fold are touched.</summary>
    /// <param name="progress">Told the number of rows written so far, after every batch.</param>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="EventStoreException">A stored event can't be folded; or, when all others are rebuilt, a stream lacks events: its row is left alone.</exception>
    public async Task<long> RebuildAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var statement = Statement(_model);
        long rows = 0;
        List<FoldedStream> broken = [];
        await foreach (var folded in FoldedStreams.ReadAsync(_database, _model, cancellationToken))
        {
            var batch = folded.Where(stream => !stream.IsNewer).ToList();
            broken.AddRange(batch.Where(stream => stream.Gap is not null));
            await using (var connection = await _database.OpenConnectionAsync(cancellationToken))
            await using (var command = _model.FoldedRows(connection, [.. batch.Where(stream => stream.Gap is null)], statement))
                rows += await command.ExecuteNonQueryAsync(cancellationToken);
            progress?.Report(rows);
        }

        return broken is [var first, ..]
            ? throw new EventStoreException($"Rebuilt {rows} job(s). {broken.Count} lack events, and their rows were left alone: job {first.JobId} has no event {first.Gap!.Expected}, "
                + $"but event {first.Gap.Found}. Restore job_events from a backup; 'swath verify' names all of them.")
            : rows;
    }

    /// <summary>Writes the rows of folded streams.</summary>
    internal static string Statement(StreamModel model)
    {
        var columns = model.ColumnValues("folded");
        return $"""
            insert into jobs (job_id, version, updated_at, delivered_version, {string.Join(", ", columns.Select(c => c.Name))})
            select job_id, version, updated_at, version, {string.Join(", ", columns.Select(c => c.Value))}
            from folded
            order by job_id
            on conflict (job_id) do update set
              version = excluded.version,
              updated_at = excluded.updated_at,
              {string.Join(",\n  ", columns.Select(c => $"{c.Name} = excluded.{c.Name}"))}
            where jobs.version <= excluded.version
            """;
    }
}
