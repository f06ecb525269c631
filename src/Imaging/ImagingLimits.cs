using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;
using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>How much of an image's claims is believed.</summary>
public sealed record ImagingLimits
{
    /// <summary>The limits that hold where nothing else is configured.</summary>
    public static ImagingLimits Default { get; } = new();

    /// <summary>
    /// Most pixels (columns x rows) that an image may have; larger ones are rejected before a pixel is read.
    /// 1..2^62, default 40 000 000 000 (200 000 x 200 000).
    /// </summary>
    [Setting("IMAGE_MAX_PIXELS"), Range(1.0, 4e18)]
    [Description("Most pixels (columns x rows) that an image may claim; larger ones are rejected before a pixel is read.")]
    public long MaxPixels { get; set; } = 40_000_000_000;

    /// <summary>Most bands that an image may have. 1..65 535, default 512 (a hyperspectral sensor has about 400).</summary>
    [Setting("IMAGE_MAX_BANDS"), Range(1, 65_535)]
    [Description("Most bands that an image may have; a hyperspectral sensor has about 400.")]
    public int MaxBands { get; set; } = 512;

    /// <summary>
    /// Most bytes that one block (TIFF tile or strip, NITF block) may take when decoded, all interleaved bands together: a reader holds it in
    /// memory whole. 4 KiB..2 GiB, default 128 MiB.
    /// </summary>
    [Setting("IMAGE_MAX_BLOCK_BYTES"), Range(4096.0, 2147483648.0)]
    [Description("Most bytes that one block (TIFF tile or strip, NITF block) may take when decoded: a reader holds it in memory whole.")]
    public long MaxBlockBytes { get; set; } = 128L << 20;

    /// <summary>
    /// Most bytes that a JPEG 2000 decoder may need for one open image, as its header has it: tables for every tile and code block, and the pixels of
    /// one tile. Each reader has an image of its own open. 1 MiB..64 GiB, default 256 MiB.
    /// </summary>
    [Setting("IMAGE_MAX_JPEG2000_BYTES"), Range(1048576.0, 68719476736.0)]
    [Description("Most bytes that a JPEG 2000 decoder may need for one open image, as its header has it: tables for every tile and code block, and the pixels of one tile. Each reader has an image of its own open.")]
    public long MaxJpeg2000Bytes { get; set; } = 256L << 20;

    /// <summary>
    /// Bytes of decoded blocks that GDAL keeps, for all images of the process. 1 MiB..64 GiB, default 128 MiB: enough for one row of
    /// tiles of a 10240-pixel region.
    /// </summary>
    [Setting("IMAGE_BLOCK_CACHE_BYTES"), Range(1048576.0, 68719476736.0)]
    [Description("Bytes of decoded blocks that GDAL keeps, for all images of the process.")]
    public long BlockCacheBytes { get; set; } = 128L << 20;

    /// <summary>
    /// Most positions that a region of interest may have: parsing, projecting and comparing it with every tile and feature costs more than a line
    /// in their number. 4..<see cref="WktSize.MaxVertices"/>, default 10 000.
    /// </summary>
    [Setting("ROI_MAX_VERTICES"), Range(4, WktSize.MaxVertices)]
    [Description("Most positions that a region of interest may have. One whose lines cross each other tens of thousands of times is refused too.")]
    public int MaxRegionVertices { get; set; } = 10_000;
}
