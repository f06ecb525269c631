using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>How an image is cut and encoded for the model.</summary>
public sealed record TileOptions
{
    private readonly int? _overlap;

    /// <summary>Width and height of a tile in pixels, 16..8192.</summary>
    public int Size { get; init; } = 1024;

    /// <summary>The least number of pixels that neighbouring tiles share, 0..size-1; grown where that keeps every tile full. Absent: 50, or half of a smaller tile.</summary>
    public int Overlap
    {
        get => _overlap ?? DefaultOverlap(Size);
        init => _overlap = value;
    }

    /// <summary>The overlap of a request that names none.</summary>
    /// <param name="size">Width and height of a tile in pixels.</param>
    public static int DefaultOverlap(int size) => Math.Min(50, size / 2);

    public TileFormat Format { get; init; } = TileFormat.Gtiff;

    public TileCompression Compression { get; init; } = TileCompression.None;

    /// <summary>How samples are brought to 8 bits before they are written; not at all by default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RangeAdjustment Range { get; init; } = RangeAdjustment.None;

    /// <summary>
    /// True to leave out tiles that show nothing: each band has one value in all of the tile (its no-data value or any other), or an alpha band says
    /// that all of it is transparent. They are counted apart, and no request is spent on them. By default every tile is sent.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SkipBlank { get; init; }

    private (int, int, TileFormat, TileCompression, RangeAdjustment, bool) Values => (Size, Overlap, Format, Compression, Range, SkipBlank);

    /// <summary>Equal when every member is, whether the overlap was named or follows from the size.</summary>
    public bool Equals(TileOptions? other) => other is not null && Values == other.Values;

    /// <inheritdoc/>
    public override int GetHashCode() => Values.GetHashCode();
}

[JsonConverter(typeof(JsonStringEnumConverter<TileFormat>))]
public enum TileFormat
{
    Gtiff,
    Png,
    Jpeg,
    Nitf,
}

[JsonConverter(typeof(JsonStringEnumConverter<TileCompression>))]
public enum TileCompression
{
    None,
    Lzw,
    Jpeg,
    J2k,
}
