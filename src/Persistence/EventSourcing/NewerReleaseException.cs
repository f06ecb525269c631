namespace Swath.Persistence.EventSourcing;

/// <summary>
/// A stored event, or a message, of a newer release than this binary. It is no failure: the job is left to processes of the newer release.
/// </summary>
public sealed class NewerReleaseException : EventStoreException
{
    public NewerReleaseException() { }

    public NewerReleaseException(string message) : base(message) { }

    public NewerReleaseException(string message, Exception innerException) : base(message, innerException) { }
}
