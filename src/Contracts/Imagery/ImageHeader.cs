using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>What an image says of itself before a pixel is read.</summary>
public sealed record ImageHeader
{
    /// <summary>Columns, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Rows, in pixels.</summary>
    public required int Height { get; init; }

    public required int Bands { get; init; }

    /// <summary>GDAL's name of the sample type: <c>Byte</c>, <c>UInt16</c>, <c>Float32</c>, ...</summary>
    public required string SampleType { get; init; }

    /// <summary>GDAL's short name of the format driver: <c>GTiff</c>, <c>NITF</c>, ...</summary>
    public required string Driver { get; init; }

    public required Georeferencing Georeferencing { get; init; }

    /// <summary>Where the pixels come from, as far as the file tells; null for jobs that were measured before Swath asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SourceMetadata? Source { get; init; }
}

/// <summary>How a pixel of the image is turned into a place on the earth.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Georeferencing>))]
public enum Georeferencing
{
    /// <summary>Not at all: features keep pixel geometry only.</summary>
    None,

    /// <summary>An affine geotransform with a coordinate reference system.</summary>
    Affine,

    /// <summary>Ground control points.</summary>
    GroundControlPoints,

    /// <summary>Rational polynomial coefficients.</summary>
    RationalPolynomial,

    /// <summary>The sensor's own model: SICD.</summary>
    SensorModel,
}
