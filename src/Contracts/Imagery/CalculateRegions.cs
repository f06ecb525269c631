namespace Swath.Contracts;

/// <summary>Command to Intake: read the image's header and compute its regions.</summary>
public sealed record CalculateRegions
{
    public required Guid JobId { get; init; }
    public required string ImageUrl { get; init; }
    public string? ImageReadRole { get; init; }
    public string? RegionOfInterest { get; init; }
    public required TileOptions Tile { get; init; }
}
