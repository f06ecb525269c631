using System.Text.Json;

namespace Swath.Host.Demo;

/// <summary>A feature of a result, as far as it is judged.</summary>
/// <param name="Outline">All positions of its image geometry: x, y pairs in pixels of the image.</param>
/// <param name="Score">The highest class score; 1 without classes.</param>
internal sealed record DetectedFeature(double[] Outline, double Score)
{
    /// <summary>Left, top, right and bottom in pixels.</summary>
    public PixelBox Box { get; } = PixelBox.Around(Outline);

    /// <summary>Reads the features of a GeoJSON file by their <c>properties.imageGeometry</c>.</summary>
    /// <exception cref="InvalidDataException">A feature has no image geometry.</exception>
    public static IReadOnlyList<DetectedFeature> ReadAll(string path)
    {
        using var file = File.OpenRead(path);
        using var json = JsonDocument.Parse(file);
        var features = new List<DetectedFeature>();
        foreach (var feature in json.RootElement.GetProperty("features").EnumerateArray())
        {
            var properties = feature.GetProperty("properties");
            if (!properties.TryGetProperty("imageGeometry", out var geometry) || geometry.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"Feature {features.Count} of {path} has no properties.imageGeometry.");
            var positions = new List<double>();
            Collect(geometry.GetProperty("coordinates"), positions);
            features.Add(new DetectedFeature([.. positions], ReadScore(properties)));
        }

        return features;
    }

    private static void Collect(JsonElement coordinates, List<double> positions)
    {
        if (coordinates.GetArrayLength() > 0 && coordinates[0].ValueKind == JsonValueKind.Number)
        {
            positions.Add(coordinates[0].GetDouble());
            positions.Add(coordinates[1].GetDouble());
            return;
        }

        foreach (var inner in coordinates.EnumerateArray())
            Collect(inner, positions);
    }

    private static double ReadScore(JsonElement properties)
    {
        if (!properties.TryGetProperty("featureClasses", out var classes) || classes.ValueKind != JsonValueKind.Array || classes.GetArrayLength() == 0)
            return 1;
        var best = 0.0;
        foreach (var candidate in classes.EnumerateArray())
            best = Math.Max(best, candidate.TryGetProperty("score", out var score) ? score.GetDouble() : 1);
        return best;
    }
}
