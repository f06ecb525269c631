namespace Swath.Endpoints;

/// <summary>A tile got no usable answer; the message says why and what to change.</summary>
public sealed class InvocationException : Exception
{
    public InvocationException(InvocationFailure kind, bool retryable, string message, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Retryable = retryable;
    }

    public InvocationFailure Kind { get; }

    /// <summary>Whether the same tile may succeed later. The endpoint's own retries were used up by then.</summary>
    public bool Retryable { get; }

    /// <summary>The HTTP status, when there was one.</summary>
    public int? StatusCode { get; init; }

    /// <summary>How long the endpoint asked to be left alone, when it did; not yet bounded.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How often the tile was sent, 1 or more once it was; 0 when it never was.</summary>
    public int Attempts { get; internal set; }
}
