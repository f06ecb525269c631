using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;

namespace Swath.Worker.Features;

/// <summary>
/// Makes result features of detections: tile pixels become pixels of the whole image and places on the earth, and what is
/// known of the source and the inference is added. Keeps its buffers: one thread at a time.
/// </summary>
public sealed class FeatureWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly FeatureOrigin _origin;
    private readonly TimeProvider _clock;
    private readonly ArrayBufferWriter<byte> _buffer = new(2048);
    private readonly Utf8JsonWriter _json;

    public FeatureWriter(FeatureOrigin origin, TimeProvider clock)
    {
        _origin = origin;
        _clock = clock;
        _json = new Utf8JsonWriter(_buffer, Options);
    }

    /// <summary>Writes one feature.</summary>
    /// <param name="detection">What the model saw, in pixels of the tile.</param>
    /// <param name="tile">Where the tile lies in the image.</param>
    /// <param name="index">The detection's place in the tile's answer, from 0; a part of the feature's id.</param>
    /// <param name="locator">The image's locator; null when it is not georeferenced.</param>
    /// <exception cref="UnusableFeatureException">Nothing of it lies in the image, or its rings are too much of a tangle to be cut at the antimeridian.</exception>
    public FeatureRecord Write(Detection detection, PixelWindow tile, int index, ImageLocator? locator)
    {
        ArgumentNullException.ThrowIfNull(detection);
        var geometry = ImageEdge.Clip(detection.Geometry.Translate(tile.X, tile.Y), _origin.Image)
            ?? throw new UnusableFeatureException($"features[{index}]: nothing of it lies in the image.");
        var bounds = ImageEdge.Clip(detection.Bounds.Translate(tile.X, tile.Y), _origin.Image);
        var placed = locator is null ? null : WorldGeometry.Locate(geometry, locator);

        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("type"u8, "Feature"u8);
        _json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{_origin.RegionId}-{tile.X}-{tile.Y}-{index}"));
        WriteForeignMembers(detection);
        WriteWorldSide(placed);
        _json.WriteStartObject("properties"u8);
        WriteImageSide(geometry, bounds);
        WriteClasses(detection);
        WriteModelProperties(detection);
        WriteMetadata(tile);
        if (placed is null && locator is not null)
            _json.WriteString(FeatureNames.LocationNote, "The image's georeferencing gives no place for at least one position of this feature.");
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        return new FeatureRecord(bounds, detection.Score, detection.TopClass?.Iri ?? "", _buffer.WrittenSpan.ToArray());
    }

    public void Dispose() => _json.Dispose();

    private void WriteWorldSide(PlacedGeometry? placed)
    {
        if (placed is null)
        {
            _json.WriteNull("geometry"u8);
            return;
        }

        _json.WritePropertyName("bbox"u8);
        placed.WriteBoxTo(_json);
        _json.WritePropertyName("geometry"u8);
        placed.WriteTo(_json);
    }

    private void WriteImageSide(PixelGeometry geometry, PixelBounds bounds)
    {
        _json.WritePropertyName(FeatureNames.ImageGeometry);
        geometry.WriteTo(_json);
        _json.WriteStartArray(FeatureNames.ImageBox);
        _json.WriteNumberValue(bounds.MinX);
        _json.WriteNumberValue(bounds.MinY);
        _json.WriteNumberValue(bounds.MaxX);
        _json.WriteNumberValue(bounds.MaxY);
        _json.WriteEndArray();
    }

    private void WriteClasses(Detection detection)
    {
        _json.WriteStartArray(FeatureNames.Classes);
        foreach (var featureClass in detection.Classes)
        {
            _json.WriteStartObject();
            _json.WriteString("iri"u8, featureClass.Iri);
            _json.WriteNumber("score"u8, featureClass.Score);
            foreach (var member in featureClass.Members)
                WriteRaw(member.Name, member.Value);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteModelProperties(Detection detection)
    {
        foreach (var member in detection.Members)
        {
            if (member.Name == "id")
                WriteRaw(FeatureNames.ModelId, member.Value);
        }

        foreach (var property in detection.Properties)
        {
            if (!FeatureNames.Reserved.Contains(property.Name) && property.Name is not (FeatureNames.ModelId or FeatureNames.LocationNote))
                WriteRaw(property.Name, property.Value);
        }
    }

    private void WriteForeignMembers(Detection detection)
    {
        foreach (var member in detection.Members)
        {
            if (member.Name is not ("id" or "type" or "geometry" or "properties" or "bbox"))
                WriteRaw(member.Name, member.Value);
        }
    }

    private void WriteMetadata(PixelWindow tile)
    {
        _json.WriteStartObject(FeatureNames.SourceMetadata);
        _json.WriteString("location"u8, _origin.ImageUrl);
        _json.WriteString("format"u8, _origin.Image.Driver);
        if (_origin.Image.Source is { } source)
            WriteSource(source);
        _json.WriteStartArray("tile"u8);
        _json.WriteNumberValue(tile.X);
        _json.WriteNumberValue(tile.Y);
        _json.WriteNumberValue(tile.Width);
        _json.WriteNumberValue(tile.Height);
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteStartObject(FeatureNames.InferenceMetadata);
        _json.WriteString("jobId"u8, _origin.JobId);
        _json.WriteString("inferenceTime"u8, _clock.GetUtcNow().UtcDateTime);
        _json.WriteEndObject();
    }

    private void WriteSource(SourceMetadata source)
    {
        if (source.Category is not null)
            _json.WriteString("category"u8, source.Category);
        if (source.Id is not null)
            _json.WriteString("id"u8, source.Id);
        if (source.Date is { } date)
            _json.WriteString("date"u8, date.UtcDateTime);
    }

    private void WriteRaw(string name, ReadOnlyMemory<byte> value)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(value.Span, skipInputValidation: true);
    }
}
