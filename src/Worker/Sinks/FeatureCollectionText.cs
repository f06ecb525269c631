using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Swath.Worker.Sinks;

/// <summary>What stands around the features of a result: a FeatureCollection (RFC 7946), one feature a line, the summary before them.</summary>
internal static class FeatureCollectionText
{
    private static readonly byte[] First = "\n"u8.ToArray();
    private static readonly byte[] Between = ",\n"u8.ToArray();
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>After the last feature.</summary>
    public static ReadOnlyMemory<byte> Tail { get; } = "\n]}\n"u8.ToArray();

    /// <summary>Before the first feature and between two.</summary>
    public static ReadOnlyMemory<byte> Before(bool isFirst) => isFirst ? First : Between;

    /// <summary>Up to the opening of the list of features.</summary>
    public static ReadOnlyMemory<byte> Head(ResultSummary summary)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("type"u8, "FeatureCollection"u8);
        json.WritePropertyName("swath"u8);
        summary.WriteTo(json);
        json.WriteStartArray("features"u8);
        json.Flush();
        return buffer.WrittenMemory;
    }
}
