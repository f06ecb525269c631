namespace Swath.Contracts;

/// <summary>The region could not be processed at all (the image vanished, the endpoint refuses every tile, ...).</summary>
public sealed record RegionFailed
{
    public required Guid JobId { get; init; }
    public required int RegionId { get; init; }
    public required int Attempt { get; init; }
    public required string WorkerId { get; init; }
    public required string Reason { get; init; }
}
