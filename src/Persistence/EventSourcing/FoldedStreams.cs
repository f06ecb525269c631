using System.Runtime.CompilerServices;
using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// Folds every stream of the store, one after another, by ranges of its key: each range is a statement of its own, so that no snapshot is held while
/// the caller works on what was read, and nothing that others delete meanwhile is kept from being vacuumed.
/// </summary>
internal static class FoldedStreams
{
    /// <summary>Events that one statement reads.</summary>
    public const int Range = 2_000;

    // Served by the primary key of job_events: no sort.
    private const string Events =
        """
        select job_id, version, message_id, type, data::text, occurred_at
        from job_events
        where (job_id, version) > ($1, $2)
        order by job_id, version
        limit $3
        """;

    /// <summary>The streams in the order of their ids, as many at a time as one range completes.</summary>
    /// <exception cref="EventStoreException">A stored event is of an unknown type, or can't be folded.</exception>
    public static async IAsyncEnumerable<IReadOnlyList<FoldedStream>> ReadAsync(
        NpgsqlDataSource database, StreamModel model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StreamFold? open = null;
        var (job, version) = (Guid.Empty, 0);
        int read;
        do
        {
            var folded = new List<FoldedStream>();
            read = 0;
            await using (var command = database.CreateCommand(Events))
            {
                command.Parameters.AddWithValue(job);
                command.Parameters.AddWithValue(version);
                command.Parameters.AddWithValue(Range);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); read++)
                {
                    job = reader.GetGuid(0);
                    var stored = EventAt(reader, 1);
                    version = stored.Version;
                    if (stored.Type == StoredEvent.Erased)
                        continue;
                    if (open?.JobId != job)
                    {
                        if (open is not null)
                            folded.Add(open.Result);
                        open = new StreamFold(model, job);
                    }

                    open.Append(stored);
                }
            }

            if (read < Range && open is not null)
                folded.Add(open.Result);
            if (folded.Count > 0)
                yield return folded;
        }
        while (read == Range);
    }

    /// <summary>The event in the columns version, message_id, type, data, occurred_at.</summary>
    public static StoredEvent EventAt(NpgsqlDataReader reader, int column) => new(
        reader.GetInt32(column), reader.GetGuid(column + 1), reader.GetString(column + 2), reader.GetString(column + 3),
        reader.GetFieldValue<DateTimeOffset>(column + 4));
}
