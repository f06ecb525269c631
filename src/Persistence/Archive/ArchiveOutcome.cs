namespace Swath.Persistence.Archive;

/// <summary>What was moved.</summary>
/// <param name="Jobs">How many jobs.</param>
/// <param name="Files">Into how many files.</param>
public sealed record ArchiveOutcome(long Jobs, int Files);
