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

    /// <summary>How often the process may be lost while it measures one job's image.</summary>
    [Setting("IMAGE_MAX_LOSSES")]
    [Range(1, 1000)]
    [Description("A job fails when the process that measures its image was lost this often in the middle of it: the image, or the region of interest, may be what kills it.")]
    public int ImageMaxLosses { get; set; } = 3;

    /// <summary>How many tiles a job may have.</summary>
    [Setting("JOB_MAX_TILES")]
    [Range(1, 100_000_000)]
    [Description("Tiles that a job may be cut into; an image or a region of interest that comes to more is rejected when it is measured.")]
    public int JobMaxTiles { get; set; } = 1_000_000;

    /// <summary>Whether what this process finds out about a folder or a bucket holds for the workers, too.</summary>
    [Setting("INTAKE_SEES_OUTPUTS")]
    [Description("True when the processes that measure images see the same folders, and have the same permissions at AWS, as the workers: then a job with an output that can't be written is refused before any inference. Always so with the in-memory transport.")]
    public bool SeesOutputs { get; set; }
}
