namespace Swath.Persistence.Embedded;

/// <summary>The private PostgreSQL could not be made, started or stopped. The message says why and what to change.</summary>
public class EmbeddedPostgresException : Exception
{
    /// <summary>Makes the exception.</summary>
    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception around its cause.</summary>
    public EmbeddedPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
