namespace Swath.Persistence.Embedded;

/// <summary>No PostgreSQL server programs were found on this machine (or none that fit the existing data).</summary>
public sealed class PostgresNotInstalledException : EmbeddedPostgresException
{
    /// <summary>Makes the exception.</summary>
    public PostgresNotInstalledException(string message)
        : base(message)
    {
    }
}
