using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>A configured stream: its events, its columns, its final states.</summary>
public sealed class StreamModel<TState> : StreamModel where TState : class, IFold<TState>
{
    private readonly HashSet<string> _final;
    private readonly Func<TState, IEnumerable<OutboxEntry>>? _awaited;

    internal StreamModel(
        EventTypes types, IReadOnlyList<StateColumn<TState>> columns, IReadOnlyList<string> finalStates, IReadOnlyList<string> awaitingStates,
        Func<TState, IEnumerable<OutboxEntry>>? awaited, EventSourcingOptions options)
        : base(finalStates, awaitingStates)
    {
        Types = types;
        Columns = columns;
        Options = options;
        _final = [.. finalStates];
        _awaited = awaited;
    }

    internal override EventTypes Types { get; }

    internal IReadOnlyList<StateColumn<TState>> Columns { get; }

    internal EventSourcingOptions Options { get; }

    internal override IEnumerable<OutboxEntry> Awaited(object state) => _awaited?.Invoke((TState)state) ?? [];

    internal override object Initial => TState.Initial;

    internal bool IsFinal(TState state) => _final.Contains(state.Status);

    internal override object Apply(object state, StoredEvent stored) => Apply((TState)state, stored);

    internal override (object State, object Message) Step(object state, StoredEvent stored)
    {
        var message = Types.Read(stored.Type, stored.Data);
        return (((TState)state).Apply(message, stored.OccurredAt), message);
    }

    internal TState Apply(TState state, StoredEvent stored) => state.Apply(Types.Read(stored.Type, stored.Data), stored.OccurredAt);

    internal override string StatusOf(object state) => ((TState)state).Status;

    internal override IReadOnlyList<(string Name, string Value)> ColumnValues(string source) =>
        [.. Columns.Select(c => (c.Name, c.Value(source)))];

    internal override NpgsqlCommand FoldedRows(
        NpgsqlConnection connection, IReadOnlyList<FoldedStream> streams, string statement, Func<object, string?>? facts = null)
    {
        var names = string.Join(", ", Columns.Select(c => c.Name));
        var arrays = string.Join(", ", Columns.Select((c, i) => $"${i + 5}::{c.ElementType}[]"));
        var command = new NpgsqlCommand(
            $"""
            with folded as materialized (
              select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::jsonb[], {arrays}) as u (job_id, version, updated_at, facts, {names})
            )
            {statement}
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. streams.Select(s => s.JobId)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. streams.Select(s => s.Version)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]>
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            TypedValue = [.. streams.Select(s => s.UpdatedAt)],
        });
        command.Parameters.Add(new NpgsqlParameter<string?[]>
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
            TypedValue = [.. streams.Select(s => facts?.Invoke(s.State))],
        });
        var states = streams.Select(s => (TState)s.State).ToArray();
        foreach (var column in Columns)
        {
            var parameter = column.CreateParameter();
            column.Fill(parameter, states);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
