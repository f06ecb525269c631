namespace Swath.Host.Commands;

/// <summary>A command that only looks found no database to look at, and made none.</summary>
internal sealed class NoDatabaseException(string message) : UsageException(message);
