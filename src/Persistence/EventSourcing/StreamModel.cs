using Npgsql;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>A configured stream without its state's type: what replaying, verifying and sweeping need.</summary>
public abstract class StreamModel
{
    private protected StreamModel(IReadOnlyList<string> finalStates, IReadOnlyList<string> awaitingStates) =>
        (FinalStates, AwaitingStates) = (finalStates, awaitingStates);

    /// <summary>The states after which nothing more happens.</summary>
    public IReadOnlyList<string> FinalStates { get; }

    /// <summary>The states in which the answer to a command is awaited, and nothing else moves the job on.</summary>
    internal IReadOnlyList<string> AwaitingStates { get; }

    /// <summary>The commands whose answers a state awaits.</summary>
    internal abstract IEnumerable<OutboxEntry> Awaited(object state);

    /// <summary>The names of all messages as they are stored and sent, with their versions and their types on the wire; and the names that are still read.</summary>
    public IReadOnlyList<string> MessageNames => Types.Describe();

    /// <summary>The names and versions of the stream's messages.</summary>
    internal abstract EventTypes Types { get; }

    internal abstract object Initial { get; }

    internal abstract object Apply(object state, StoredEvent stored);

    /// <summary>The same, with the message that it was.</summary>
    internal abstract (object State, object Message) Step(object state, StoredEvent stored);

    /// <summary>A command whose text may use <c>folded(job_id, version, updated_at, facts, columns...)</c> as a row source.</summary>
    internal abstract NpgsqlCommand FoldedRows(
        NpgsqlConnection connection, IReadOnlyList<FoldedStream> streams, string statement, Func<object, string?>? facts = null);

    /// <summary>The columns as (name, expression over <c>folded</c>), the state column first.</summary>
    internal abstract IReadOnlyList<(string Name, string Value)> ColumnValues(string source);

    internal abstract string StatusOf(object state);
}
