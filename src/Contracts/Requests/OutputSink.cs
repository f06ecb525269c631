using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>One place that a job's features are written to.</summary>
public sealed record OutputSink
{
    public required OutputType Type { get; init; }

    /// <summary>
    /// File: the path of what is written; its ending tells the form: <c>.geojsonl</c>, <c>.geojsons</c>, <c>.fgb</c>, <c>.gpkg</c>, <c>.png</c> (a preview), else GeoJSON. Created, and
    /// replaced atomically when it exists.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>S3: the bucket.</summary>
    public string? Bucket { get; init; }

    /// <summary>S3: the key's prefix; the object is <c>prefix/jobId.geojson</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Kinesis: the stream's name.</summary>
    public string? Stream { get; init; }

    /// <summary>Kinesis: how many features one call carries, 1..500.</summary>
    public int? BatchSize { get; init; }

    public static OutputSink ToFile(string path) => new() { Type = OutputType.File, Path = path };
}

[JsonConverter(typeof(JsonStringEnumConverter<OutputType>))]
public enum OutputType
{
    File,
    S3,
    Kinesis,
}
