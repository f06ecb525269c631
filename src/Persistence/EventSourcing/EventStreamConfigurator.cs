using System.Text.Json;
using System.Text.Json.Nodes;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>Declares the events of a stream and the columns that its state shows in <c>jobs</c>.</summary>
/// <typeparam name="TState">The folded state.</typeparam>
public sealed class EventStreamConfigurator<TState> where TState : class, IFold<TState>
{
    private readonly EventTypes _types = new();
    private readonly List<StateColumn<TState>> _columns = [];
    private string[] _finalStates = [];
    private Func<TState, IEnumerable<OutboxEntry>>? _awaited;
    private string[] _awaitingStates = [];

    internal EventStreamConfigurator() => Column("state", s => s.Status);

    /// <summary>How the repository works.</summary>
    public EventSourcingOptions Options { get; } = new();

    /// <summary>Registers a message type as an event.</summary>
    /// <param name="name">Its stable name, in kebab case, never changed: <c>image-requested</c>. Stored as <c>name.vN</c>.</param>
    /// <param name="version">Its schema version, from 1. A higher one needs an upcaster from each lower one.</param>
    public EventStreamConfigurator<TState> Event<TEvent>(string name, int version = 1) where TEvent : class
    {
        _types.Add<TEvent>(name, version, isEvent: true);
        return this;
    }

    /// <summary>Registers a message that others handle: it travels under a stable name and a schema version too, and is never stored as an event.</summary>
    /// <param name="name">Its stable name, in kebab case, never changed.</param>
    /// <param name="version">Its schema version, from 1.</param>
    public EventStreamConfigurator<TState> Command<TCommand>(string name, int version = 1) where TCommand : class
    {
        _types.Add<TCommand>(name, version, isEvent: false);
        return this;
    }

    /// <summary>A name under which earlier releases stored an event that is registered already. Its versions are those of the name that it has now.</summary>
    public EventStreamConfigurator<TState> FormerName<TEvent>(string name) where TEvent : class
    {
        _types.AddFormerName(typeof(TEvent), name);
        return this;
    }

    /// <summary>Lifts the stored JSON of one schema version to the next.</summary>
    /// <param name="name">The event's stable name.</param>
    /// <param name="fromVersion">The version that is lifted to <paramref name="fromVersion"/> + 1.</param>
    /// <param name="upcast">Gets the old JSON, returns the new; pure.</param>
    public EventStreamConfigurator<TState> Upcast(string name, int fromVersion, Func<JsonObject, JsonObject> upcast)
    {
        _types.AddUpcaster(name, fromVersion, upcast);
        return this;
    }

    /// <summary>A plain column. The <c>state</c> column is <see cref="IFold{TState}.Status"/> and needs no declaration, nor do the id, version, updated_at and delivered_version.</summary>
    /// <param name="name">The column in <c>jobs</c>.</param>
    /// <param name="read">Its value, from the state alone: string, int, long, bool, double, Guid, DateTimeOffset or their nullable forms.</param>
    public EventStreamConfigurator<TState> Column<TValue>(string name, Func<TState, TValue> read)
    {
        var type = PostgresType.Of(typeof(TValue));
        if (read is Func<TState, string?> text)
            return Add(new StateColumn<TState, string?>(name, type, type.Name, s => StorableText.Text(text(s))));
        return Add(new StateColumn<TState, TValue>(name, type, type.Name, read));
    }

    /// <summary>A <c>text[]</c> column; null stays null.</summary>
    public EventStreamConfigurator<TState> ArrayColumn(string name, Func<TState, IReadOnlyList<string>?> read) =>
        Add(new StateColumn<TState, string?>(name, PostgresType.Text, "text[]", s => read(s) is { } values ? StorableText.Text(TextArray.Literal(values)) : null));

    /// <summary>A <c>jsonb</c> column; null stays null.</summary>
    public EventStreamConfigurator<TState> JsonColumn<TValue>(string name, Func<TState, TValue?> read) where TValue : class =>
        Add(new StateColumn<TState, string?>(name, PostgresType.Text, "jsonb", s => read(s) is { } value ? StorableText.Json(JsonSerializer.Serialize(value, EventJson.Options)) : null));

    /// <summary>The states after which nothing more happens: such sagas leave the cache.</summary>
    public EventStreamConfigurator<TState> FinalStates(params string[] states)
    {
        _finalStates = states;
        return this;
    }

    /// <summary>
    /// The commands whose answers a state awaits, where nothing else moves the job on: made from the state, they are sent again when no answer comes for long.
    /// </summary>
    /// <param name="awaited">The commands, with their destinations, of a state; none for a state that awaits nothing.</param>
    /// <param name="states">The states in which there may be any.</param>
    public EventStreamConfigurator<TState> Awaits(Func<TState, IEnumerable<OutboxEntry>> awaited, params string[] states)
    {
        (_awaited, _awaitingStates) = (awaited, states);
        return this;
    }

    internal StreamModel<TState> Build()
    {
        _types.Validate();
        Options.Validate();
        return new StreamModel<TState>(_types, _columns, _finalStates, _awaitingStates, _awaited, Options);
    }

    private EventStreamConfigurator<TState> Add(StateColumn<TState> column)
    {
        if (_columns.Any(c => c.Name == column.Name))
            throw new EventStoreException($"The column '{column.Name}' is declared twice; keep one of the two.");
        _columns.Add(column);
        return this;
    }
}
