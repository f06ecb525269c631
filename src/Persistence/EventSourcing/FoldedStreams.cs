using System.Runtime.CompilerServices;
using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Folds every stream of the store, one after another, never holding more than one batch.</summary>
internal static class FoldedStreams
{
    // Served by the primary key of job_events: no sort.
    private const string AllEvents = "select job_id, version, message_id, type, data::text, occurred_at from job_events order by job_id, version";

    public static async IAsyncEnumerable<IReadOnlyList<FoldedStream>> ReadAsync(
        NpgsqlDataSource database, StreamModel model, int batchSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(AllEvents, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        var batch = new List<FoldedStream>(batchSize);
        FoldedStream? current = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (current is not null && current.JobId != id)
            {
                batch.Add(current);
                current = null;
                if (batch.Count == batchSize)
                {
                    yield return batch;
                    batch = new List<FoldedStream>(batchSize);
                }
            }
            var stored = new StoredEvent(reader.GetInt32(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5));
            current = new FoldedStream(id, stored.Version, stored.OccurredAt, Apply(model, id, current?.State ?? model.Initial, stored));
        }
        if (current is not null)
            batch.Add(current);
        if (batch.Count > 0)
            yield return batch;
    }

    private static object Apply(StreamModel model, Guid id, object state, StoredEvent stored)
    {
        try
        {
            return model.Apply(state, stored);
        }
        catch (Exception e)
        {
            throw new EventStoreException($"Event {stored.Version} ({stored.Type}) of job {id} can't be folded: {e.Message}", e);
        }
    }
}
