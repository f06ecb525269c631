namespace Swath.Contracts;

/// <summary>The image was measured: its header, and the regions that cover it (or its region of interest).</summary>
public sealed record RegionsCalculated
{
    public required Guid JobId { get; init; }
    public required ImageHeader Image { get; init; }
    public required IReadOnlyList<ImageRegion> Regions { get; init; }

    /// <summary>Things that a user should know though the job goes on, such as missing georeferencing.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A part of the image that one worker processes.</summary>
/// <param name="RegionId">Number of the region in its job, from 0.</param>
/// <param name="Window">Its pixels in the image.</param>
/// <param name="Tiles">How many tiles it is cut into, 1 or more.</param>
public sealed record ImageRegion(int RegionId, PixelWindow Window, int Tiles);
