namespace Swath.Persistence.Migrations;

/// <summary>The database was brought up to a newer release, which no longer allows this one; the message says what to do.</summary>
public sealed class NewerDatabaseException : Exception
{
    public NewerDatabaseException() { }

    public NewerDatabaseException(string message) : base(message) { }

    public NewerDatabaseException(string message, Exception innerException) : base(message, innerException) { }
}
