using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Intake;

/// <summary>How images are measured.</summary>
public sealed class IntakeOptions
{
    /// <summary>Width and height of a region's cell in pixels.</summary>
    [Setting("REGION_SIZE")]
    [Range(256, 1_000_000)]
    [Description("Width and height, in pixels, of the cells that an image is split into: a region has the tiles that begin in one cell, and one worker processes it at a time. Never smaller than a job's tile size.")]
    public int RegionSize { get; set; } = 10240;
}
