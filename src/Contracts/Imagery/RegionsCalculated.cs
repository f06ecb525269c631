using System.Text.Json.Serialization;

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
/// <param name="Window">Its pixels in the image: the smallest window around its tiles.</param>
/// <param name="Tiles">How many tiles it is cut into, 1 or more.</param>
public sealed record ImageRegion(int RegionId, PixelWindow Window, int Tiles)
{
    /// <summary>
    /// The window that the tiles of all regions cover together, the image or what is asked of it: the region's tiles are those that lie wholly
    /// in its own window. Null for a region of a job that was measured before regions shared one grid: its window is covered by itself.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PixelWindow? Grid { get; init; }
}
