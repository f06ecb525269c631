namespace Swath.Persistence.Archive;

/// <summary>Jobs could not be moved, brought back or erased; the message says why and what to do. Nothing was changed by the step that failed.</summary>
public sealed class ArchiveException : Exception
{
    public ArchiveException(string message)
        : base(message)
    {
    }

    public ArchiveException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
