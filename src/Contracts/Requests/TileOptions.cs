using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>How an image is cut and encoded for the model.</summary>
public sealed record TileOptions
{
    /// <summary>Width and height of a tile in pixels, 16..8192.</summary>
    public int Size { get; init; } = 1024;

    /// <summary>The least number of pixels that neighbouring tiles share, 0..size/2; grown where that keeps every tile full.</summary>
    public int Overlap { get; init; } = 50;

    public TileFormat Format { get; init; } = TileFormat.Gtiff;

    public TileCompression Compression { get; init; } = TileCompression.None;

    /// <summary>How samples are brought to 8 bits before they are written; not at all by default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RangeAdjustment Range { get; init; } = RangeAdjustment.None;
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
