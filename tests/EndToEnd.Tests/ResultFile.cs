using System.Text.Json;

namespace Swath.EndToEnd.Tests;

/// <summary>A GeoJSON that Swath wrote, with one point feature a tile.</summary>
internal sealed record ResultFile(IReadOnlyList<PointFeature> Features)
{
    public static ResultFile Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        Assert.Equal("FeatureCollection", document.RootElement.GetProperty("type").GetString());
        return new ResultFile([.. document.RootElement.GetProperty("features").EnumerateArray().Select(PointFeature.Of)]);
    }
}

/// <summary>A detection: where in the image, in pixels, and where on the earth, in degrees; null when the image has no georeferencing.</summary>
internal sealed record PointFeature(double X, double Y, double? Longitude, double? Latitude)
{
    public static PointFeature Of(JsonElement feature)
    {
        var pixel = feature.GetProperty("properties").GetProperty("imageGeometry").GetProperty("coordinates");
        var world = feature.GetProperty("geometry");
        var (x, y) = (pixel[0].GetDouble(), pixel[1].GetDouble());
        if (world.ValueKind == JsonValueKind.Null)
            return new PointFeature(x, y, null, null);
        var place = world.GetProperty("coordinates");
        return new PointFeature(x, y, place[0].GetDouble(), place[1].GetDouble());
    }
}
