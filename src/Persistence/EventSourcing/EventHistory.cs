using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Reads what happened to one job, as it was stored.</summary>
public sealed class EventHistory
{
    private const string Events =
        """
        select version, type, occurred_at, data::text, message_id
        from job_events
        where job_id = $1
        order by version
        """;

    private readonly NpgsqlDataSource _database;

    public EventHistory(NpgsqlDataSource database) => _database = database;

    /// <summary>The job's events in order; empty when there is no such job.</summary>
    public async Task<IReadOnlyList<HistoricEvent>> ReadAsync(Guid jobId, CancellationToken cancellationToken = default)
    {
        await using var command = _database.CreateCommand(Events);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<HistoricEvent>();
        while (await reader.ReadAsync(cancellationToken))
            events.Add(new HistoricEvent(reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetGuid(4)));
        return events;
    }
}
