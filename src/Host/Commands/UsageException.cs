namespace Swath.Host.Commands;

/// <summary>Something the caller can change; printed as it is, without a stack trace, and the process ends with <see cref="ExitCodes.Usage"/>.</summary>
internal class UsageException(string message) : Exception(message);
