using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Intake;

/// <summary>How images are measured.</summary>
public sealed class IntakeOptions
{
    /// <summary>Width and height of a region in pixels.</summary>
    [Setting("REGION_SIZE")]
    [Range(256, 1_000_000)]
    [Description("Width and height, in pixels, of the region that one worker processes at a time. Never smaller than a job's tile size.")]
    public int RegionSize { get; set; } = 10240;
}
