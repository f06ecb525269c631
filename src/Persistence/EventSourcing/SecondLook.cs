using System.Data;
using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Compares a few jobs once more, events and tables in one short snapshot: what differs there differs.</summary>
internal sealed class SecondLook(NpgsqlDataSource database, StreamModel model, RowComparison comparison)
{
    // Served by the primary keys. Events that leave a job in its state may show in its row a moment later: until then it is compared as of its own version.
    private const string Events =
        $"""
        select e.job_id, e.version, e.message_id, e.type, e.data::text, e.occurred_at
        from job_events e left join jobs j on j.job_id = e.job_id
        where e.job_id = any ($1) and e.type <> '{StoredEvent.Erased}'
          and not (e.version > coalesce(j.version, e.version) and e.occurred_at > swath_now() - interval '10 seconds')
        order by e.job_id, e.version
        """;

    public async Task<IReadOnlyList<SagaDifference>> CompareAsync(IReadOnlyCollection<Guid> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return [];
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        var streams = await FoldAsync(connection, jobs, cancellationToken).ConfigureAwait(false);
        var gaps = streams.Where(stream => stream.Gap is not null)
            .Select(stream => new SagaDifference(stream.JobId, "job_events", $"version {stream.Gap!.Expected}", $"version {stream.Gap.Found}"));
        return [.. gaps, .. await comparison.CompareAsync(connection, streams, cancellationToken).ConfigureAwait(false)];
    }

    private async Task<IReadOnlyList<FoldedStream>> FoldAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> jobs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Events, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var folds = new Dictionary<Guid, StreamFold>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var job = reader.GetGuid(0);
            if (!folds.TryGetValue(job, out var fold))
                folds.Add(job, fold = new StreamFold(model, job));
            fold.Append(FoldedStreams.EventAt(reader, 1));
        }

        return [.. folds.Values.Select(fold => fold.Result).Where(stream => !stream.IsNewer)];
    }
}
