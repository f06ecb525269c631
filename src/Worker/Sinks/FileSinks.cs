using Swath.Imaging;

namespace Swath.Worker.Sinks;

/// <summary>An output file's form is told by the ending of its name.</summary>
internal static class FileSinks
{
    /// <summary>The sink for a path: GeoJSON, unless its ending says something else.</summary>
    public static IFeatureSink For(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".GEOJSONL" or ".NDJSON" or ".NDGEOJSON" => new GeoJsonSequenceSink(path, separated: false),
        ".GEOJSONS" => new GeoJsonSequenceSink(path, separated: true),
        ".FGB" => new VectorFileSink(path, VectorFormat.FlatGeobuf),
        ".GPKG" => new VectorFileSink(path, VectorFormat.GeoPackage),
        _ => new GeoJsonFileSink(path),
    };
}
