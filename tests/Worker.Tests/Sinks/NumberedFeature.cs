using System.Text;
using System.Text.Json;

namespace Swath.Worker.Tests.Sinks;

/// <summary>A feature that is known by its number, and as long as it is asked to be.</summary>
internal static class NumberedFeature
{
    public static byte[] Write(int n, int length)
    {
        var start = $$"""{"type":"Feature","n":{{n}},"text":""" + "\"";
        return Encoding.UTF8.GetBytes(start + new string('x', length - start.Length - 2) + "\"}");
    }

    /// <summary>The number of the one feature in a record's collection.</summary>
    public static int Read(byte[] record)
    {
        using var collection = JsonDocument.Parse(record);
        return Assert.Single(collection.RootElement.GetProperty("features").EnumerateArray()).GetProperty("n").GetInt32();
    }
}
