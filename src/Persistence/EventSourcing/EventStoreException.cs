namespace Swath.Persistence.EventSourcing;

/// <summary>An event stream can't be written or read as it is: the code and the stored events, or the code and itself, disagree.</summary>
public class EventStoreException : Exception
{
    public EventStoreException() { }

    public EventStoreException(string message) : base(message) { }

    public EventStoreException(string message, Exception innerException) : base(message, innerException) { }
}
