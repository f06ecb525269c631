using System.Text.Json;
using Swath.Access;
using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>
/// What a reader of a result should know beside its features. Written as the foreign member <c>swath</c> (RFC 7946 section 6.1) of
/// the FeatureCollection, before the features.
/// </summary>
public sealed record ResultSummary
{
    public required Guid JobId { get; init; }

    /// <summary>The job's id as its upstream knows it, where that is no UUID.</summary>
    public string? ExternalId { get; init; }

    public required string JobName { get; init; }

    /// <summary>The image as the request named it.</summary>
    public required string Image { get; init; }

    /// <summary>The role that reads the image; not written.</summary>
    public string? ImageReadRole { get; init; }

    /// <summary>What the job may read; not written. Null: all that the process may.</summary>
    public JobAccess? Access { get; init; }

    /// <summary>Which image of the file, counted from 0, where the request said so.</summary>
    public int? ImageSegment { get; init; }

    /// <summary>The endpoint's name or URL.</summary>
    public required string Endpoint { get; init; }

    public string? Variant { get; init; }

    /// <summary>Tiles that were looked at, the failed ones included.</summary>
    public required int Tiles { get; init; }

    /// <summary>Those of <see cref="Tiles"/> that were blank: no model was asked.</summary>
    public int TilesSkipped { get; init; }

    /// <summary>Features in the result.</summary>
    public required long Features { get; init; }

    /// <summary>Features that were left out because another one shows the same object, or for their low score.</summary>
    public long Distilled { get; init; }

    /// <summary>Features of the models' answers that could not be used; a warning says why the first ones could not.</summary>
    public long DroppedFeatures { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Parts of the image that the result says nothing about.</summary>
    public IReadOnlyList<TileFailure> FailedTiles { get; init; } = [];

    /// <summary>Regions that failed as a whole: of them, the result knows only the tiles that were finished before.</summary>
    public IReadOnlyList<FailedRegion> FailedRegions { get; init; } = [];

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("jobId"u8, JobId);
        if (ExternalId is not null)
            json.WriteString("externalId"u8, ExternalId);
        json.WriteString("jobName"u8, JobName);
        json.WriteString("image"u8, Image);
        if (ImageSegment is { } segment)
            json.WriteNumber("imageSegment"u8, segment);
        json.WriteString("endpoint"u8, Endpoint);
        if (Variant is not null)
            json.WriteString("variant"u8, Variant);
        json.WriteNumber("tiles"u8, Tiles);
        json.WriteNumber("tilesSkipped"u8, TilesSkipped);
        json.WriteNumber("features"u8, Features);
        json.WriteNumber("distilled"u8, Distilled);
        json.WriteNumber("droppedFeatures"u8, DroppedFeatures);
        json.WriteStartArray("warnings"u8);
        foreach (var warning in Warnings)
            json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteStartArray("failedTiles"u8);
        foreach (var failure in FailedTiles)
            WriteFailure(json, failure.Window, failure.Reason);
        json.WriteEndArray();
        json.WriteStartArray("failedRegions"u8);
        foreach (var failure in FailedRegions)
            WriteFailure(json, failure.Window, failure.Reason);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, PixelWindow window, string reason)
    {
        json.WriteStartObject();
        json.WriteStartArray("window"u8);
        json.WriteNumberValue(window.X);
        json.WriteNumberValue(window.Y);
        json.WriteNumberValue(window.Width);
        json.WriteNumberValue(window.Height);
        json.WriteEndArray();
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
    }
}
