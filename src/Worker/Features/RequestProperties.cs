using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Swath.Worker.Features;

/// <summary>
/// The request's feature properties, merged into each feature when the result is written. Where names meet, a later object of
/// the request wins over an earlier one, and the request over the model; what Swath itself writes can't be overridden.
/// </summary>
public sealed class RequestProperties
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<(byte[] Name, byte[] Value)> _members = [];
    private readonly byte[] _tail;

    /// <param name="objects">JSON objects; what is not an object is left out with a warning.</param>
    public RequestProperties(IReadOnlyList<JsonElement> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        var warnings = new List<string>();
        var merged = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var element in objects)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                warnings.Add($"A feature property of the request is not a JSON object but {element.ValueKind}: left out.");
                continue;
            }

            foreach (var member in element.EnumerateObject())
            {
                if (FeatureNames.Reserved.Contains(member.Name))
                    warnings.Add($"The request's feature property '{member.Name}' is a name that Swath itself writes: left out. Choose another name.");
                else
                    merged[member.Name] = member.Value;
            }
        }

        foreach (var (name, value) in merged)
            _members.Add((Encoding.UTF8.GetBytes(name), Compact(value)));
        _tail = Tail();
        Warnings = warnings;
    }

    /// <summary>What of the request was left out, and why.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Writes the finished feature.</summary>
    /// <param name="feature">As <see cref="FeatureWriter"/> wrote it.</param>
    /// <param name="scoreFactor">What its class scores are multiplied with; 1 leaves them as they came.</param>
    /// <param name="output">Where to.</param>
    public void Finish(ReadOnlySpan<byte> feature, double scoreFactor, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (scoreFactor != 1 || (_members.Count > 0 && NamesMeet(feature)))
        {
            Rewrite(feature, scoreFactor, output);
        }
        else if (_members.Count == 0)
        {
            output.Write(feature);
        }
        else
        {
            // The common case: properties are the feature's last member, so that more of them go in before its two braces.
            output.Write(feature[..^2]);
            output.Write(_tail);
        }
    }

    // Without the request's own line breaks: some forms of the result have one feature a line.
    private static byte[] Compact(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        value.WriteTo(json);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private byte[] Tail()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
        json.Flush();
        return [(byte)',', .. buffer.WrittenSpan[1..], (byte)'}'];
    }

    private void WriteMembers(Utf8JsonWriter json)
    {
        foreach (var (name, value) in _members)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }
    }

    private bool NamesMeet(ReadOnlySpan<byte> feature)
    {
        var reader = new Utf8JsonReader(feature);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("properties"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (IsMember(ref reader))
                        return true;
                    reader.Skip();
                }

                return false;
            }

            reader.Skip();
        }

        return false;
    }

    private bool IsMember(ref Utf8JsonReader reader)
    {
        foreach (var (name, _) in _members)
        {
            if (reader.ValueTextEquals(name))
                return true;
        }

        return false;
    }

    private void Rewrite(ReadOnlySpan<byte> feature, double scoreFactor, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(feature);
        using var document = JsonDocument.ParseValue(ref reader);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!member.NameEquals("properties"))
            {
                WriteRaw(json, member);
                continue;
            }

            json.WriteStartObject("properties"u8);
            foreach (var property in member.Value.EnumerateObject())
            {
                if (property.NameEquals(FeatureNames.Classes))
                    WriteClasses(json, property, scoreFactor);
                else if (!_members.Exists(m => property.NameEquals(m.Name)))
                    WriteRaw(json, property);
            }

            WriteMembers(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteClasses(Utf8JsonWriter json, JsonProperty classes, double scoreFactor)
    {
        json.WriteStartArray(classes.Name);
        foreach (var featureClass in classes.Value.EnumerateArray())
        {
            json.WriteStartObject();
            foreach (var member in featureClass.EnumerateObject())
            {
                if (member.NameEquals("score"))
                    json.WriteNumber("score"u8, member.Value.GetDouble() * scoreFactor);
                else
                    WriteRaw(json, member);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRaw(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
    }
}
