namespace Swath.Worker.Sinks;

/// <summary>An output could not be written; the message says which, why and what to change.</summary>
public sealed class SinkException : Exception
{
    public SinkException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
