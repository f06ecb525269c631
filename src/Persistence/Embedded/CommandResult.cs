namespace Swath.Persistence.Embedded;

/// <summary>What a finished program said. <paramref name="Output"/> is both of its streams.</summary>
internal sealed record CommandResult(int ExitCode, string Output);
