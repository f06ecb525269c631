using System.ComponentModel.DataAnnotations;

namespace Swath.Imaging;

/// <summary>How much of an image's claims is believed, and how long a network may be silent.</summary>
public sealed record ImagingLimits
{
    /// <summary>The limits that hold where nothing else is configured.</summary>
    public static ImagingLimits Default { get; } = new();

    /// <summary>
    /// Most pixels (columns x rows) that an image may have; larger ones are rejected before a pixel is read.
    /// 1..2^62, default 40 000 000 000 (200 000 x 200 000).
    /// </summary>
    [Range(1L, 1L << 62)]
    public long MaxPixels { get; init; } = 40_000_000_000;

    /// <summary>Most bands that an image may have. 1..65 535, default 512 (a hyperspectral sensor has about 400).</summary>
    [Range(1, 65_535)]
    public int MaxBands { get; init; } = 512;

    /// <summary>
    /// Most bytes that one block (TIFF tile or strip, NITF block) may take when decoded, all interleaved bands together: a reader holds it in
    /// memory whole. 4 KiB..2 GiB, default 128 MiB.
    /// </summary>
    [Range(4096L, 1L << 31)]
    public long MaxBlockBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Bytes of decoded blocks that GDAL keeps, for all images of the process. 1 MiB..64 GiB, default 128 MiB: enough for one row of
    /// tiles of a 10240-pixel region.
    /// </summary>
    [Range(1L << 20, 1L << 36)]
    public long BlockCacheBytes { get; init; } = 128L << 20;

    /// <summary>Seconds that one network request may take in all; a read may need several. 1..3600, default 60.</summary>
    [Range(1, 3600)]
    public int NetworkTimeoutSeconds { get; init; } = 60;

    /// <summary>Seconds after which a connection that stays below <see cref="LowSpeedBytesPerSecond"/> is given up. 1..3600, default 15.</summary>
    [Range(1, 3600)]
    public int LowSpeedSeconds { get; init; } = 15;

    /// <summary>The speed below which a connection counts as stuck. 1..2^30, default 1000.</summary>
    [Range(1, 1 << 30)]
    public int LowSpeedBytesPerSecond { get; init; } = 1000;
}
