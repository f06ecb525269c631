using System.Buffers;
using System.Text.Json;

namespace Swath.Host.SampleModels;

/// <summary>Writes the answer of a model: features with <c>imageGeometry</c>, <c>imageBBox</c> and <c>featureClasses</c>.</summary>
internal sealed class ModelAnswer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private readonly Utf8JsonWriter _writer;

    public ModelAnswer()
    {
        _writer = new Utf8JsonWriter(_json, new JsonWriterOptions { SkipValidation = true });
        _writer.WriteStartObject();
        _writer.WriteString("type"u8, "FeatureCollection"u8);
        _writer.WriteStartArray("features"u8);
    }

    public void AddPoint(double x, double y, string iri, double score)
    {
        StartFeature("Point"u8);
        WritePosition(x, y);
        EndFeature(x, y, x, y, iri, score);
    }

    /// <param name="corners">x, y pairs, not closed.</param>
    /// <param name="iri">The class.</param>
    /// <param name="score">0..1.</param>
    public void AddPolygon(ReadOnlySpan<double> corners, string iri, double score)
    {
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        StartFeature("Polygon"u8);
        _writer.WriteStartArray();
        _writer.WriteStartArray();
        for (var i = 0; i < corners.Length; i += 2)
        {
            var (x, y) = (corners[i], corners[i + 1]);
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
            WritePosition(x, y);
        }

        WritePosition(corners[0], corners[1]);
        _writer.WriteEndArray();
        _writer.WriteEndArray();
        EndFeature(left, top, right, bottom, iri, score);
    }

    public ReadOnlyMemory<byte> Finish()
    {
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
        return _json.WrittenMemory;
    }

    public void Dispose() => _writer.Dispose();

    private void StartFeature(ReadOnlySpan<byte> geometryType)
    {
        _writer.WriteStartObject();
        _writer.WriteString("type"u8, "Feature"u8);
        _writer.WriteNull("geometry"u8);
        _writer.WriteStartObject("properties"u8);
        _writer.WriteStartObject("imageGeometry"u8);
        _writer.WriteString("type"u8, geometryType);
        _writer.WritePropertyName("coordinates"u8);
    }

    private void EndFeature(double left, double top, double right, double bottom, string iri, double score)
    {
        _writer.WriteEndObject();
        _writer.WriteStartArray("imageBBox"u8);
        foreach (var value in (ReadOnlySpan<double>)[left, top, right, bottom])
            _writer.WriteNumberValue(Round(value));
        _writer.WriteEndArray();
        _writer.WriteStartArray("featureClasses"u8);
        _writer.WriteStartObject();
        _writer.WriteString("iri"u8, iri);
        _writer.WriteNumber("score"u8, score);
        _writer.WriteEndObject();
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    private void WritePosition(double x, double y)
    {
        _writer.WriteStartArray();
        _writer.WriteNumberValue(Round(x));
        _writer.WriteNumberValue(Round(y));
        _writer.WriteEndArray();
    }

    // A hundredth of a pixel is more than any of these models knows.
    private static double Round(double value) => Math.Round(value, 2);
}
