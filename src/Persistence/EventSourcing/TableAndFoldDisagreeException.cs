namespace Swath.Persistence.EventSourcing;

/// <summary>The state machine's table went to one state and the fold to another. Nothing was committed; one of the two must be corrected.</summary>
public sealed class TableAndFoldDisagreeException : EventStoreException
{
    public TableAndFoldDisagreeException() { }

    public TableAndFoldDisagreeException(string message) : base(message) { }

    public TableAndFoldDisagreeException(string message, Exception innerException) : base(message, innerException) { }

    internal static TableAndFoldDisagreeException For(Type saga, Guid id, object message, string? table, string fold) =>
        new($"Table and fold disagree: on {message.GetType().Name} the state machine of {saga.Name} {id} is in '{table}', "
            + $"but the fold's Status is '{fold}'. Correct the TransitionTo of the row or the Apply of the state.");

    internal static TableAndFoldDisagreeException WithoutAccept(Type saga, Guid id, Type message, string? from, string? to) =>
        new($"Table and fold disagree: {message.Name} moved the state machine of {saga.Name} {id} from '{from}' to '{to}' without Accept(). "
            + "Add Accept() to the row, so that the message becomes an event, or remove its TransitionTo.");
}
