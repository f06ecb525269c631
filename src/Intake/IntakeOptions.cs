using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;
using Swath.Imaging;

namespace Swath.Intake;

/// <summary>How images are measured.</summary>
public sealed class IntakeOptions
{
    /// <summary>Width and height of a region in pixels.</summary>
    [Setting("REGION_SIZE")]
    [Range(256, 1_000_000)]
    [Description("Width and height, in pixels, of the region that one worker processes at a time. Never smaller than a job's tile size.")]
    public int RegionSize { get; set; } = 10240;

    /// <summary>Most pixels that an image may claim.</summary>
    [Setting("IMAGE_MAX_PIXELS")]
    [Range(1d, long.MaxValue)]
    [Description("Images that claim more pixels (columns x rows) are rejected before a pixel is read.")]
    public long MaxPixels { get; set; } = ImagingLimits.Default.MaxPixels;

    /// <summary>Most bands that an image may have.</summary>
    [Setting("IMAGE_MAX_BANDS")]
    [Range(1, 65_535)]
    [Description("Images with more bands are rejected.")]
    public int MaxBands { get; set; } = ImagingLimits.Default.MaxBands;

    /// <summary>Most bytes of one decoded block.</summary>
    [Setting("IMAGE_MAX_BLOCK_BYTES")]
    [Range(4096d, long.MaxValue)]
    [Description("Images whose blocks (TIFF tiles or strips, NITF blocks) decode to more bytes are rejected: a reader holds a block in memory whole.")]
    public long MaxBlockBytes { get; set; } = ImagingLimits.Default.MaxBlockBytes;

    /// <summary>The same as Imaging takes them.</summary>
    public ImagingLimits Limits => ImagingLimits.Default with { MaxPixels = MaxPixels, MaxBands = MaxBands, MaxBlockBytes = MaxBlockBytes };
}
