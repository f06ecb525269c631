namespace Swath.Persistence.EventSourcing;

/// <summary>A place where a stream lacks events: whatever comes after it means nothing.</summary>
/// <param name="Expected">The version that is missing.</param>
/// <param name="Found">The version that follows instead.</param>
internal sealed record VersionGap(int Expected, int Found);
