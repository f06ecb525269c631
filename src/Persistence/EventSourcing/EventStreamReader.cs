using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Reads single streams.</summary>
internal sealed class EventStreamReader<TState>(NpgsqlDataSource database, StreamModel<TState> model) where TState : class, IFold<TState>
{
    private const string Events =
        $"""
        select version, message_id, type, data::text, occurred_at
        from job_events
        where job_id = $1 and type <> '{StoredEvent.Erased}'
        order by version
        """;

    private const string NewerThan = "select exists (select from job_events where job_id = $1 and version > $2)";

    /// <summary>Folds a stream; null when it has no event.</summary>
    public async Task<LiveStream<TState>?> FoldAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Events);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        LiveStream<TState>? stream = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            stream ??= new LiveStream<TState>(TState.Initial);
            var stored = new StoredEvent(reader.GetInt32(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4));
            stream.Append(model.Apply(stream.State, stored), stored.MessageId);
        }
        return stream;
    }

    public async Task<bool> HasNewerThanAsync(Guid jobId, int version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NewerThan);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
