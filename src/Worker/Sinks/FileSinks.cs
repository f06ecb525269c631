using Swath.Imaging;

namespace Swath.Worker.Sinks;

/// <summary>An output file's form is told by the ending of its name.</summary>
internal static class FileSinks
{
    /// <summary>The sink for a path: GeoJSON, unless its ending says something else.</summary>
    /// <param name="path">As the request names it.</param>
    /// <param name="images">For outputs that show the image.</param>
    public static IFeatureSink For(string path, ImageAccess images) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".GEOJSONL" or ".NDJSON" or ".NDGEOJSON" => new GeoJsonSequenceSink(path, separated: false),
        ".GEOJSONS" => new GeoJsonSequenceSink(path, separated: true),
        ".FGB" => new VectorFileSink(path, VectorFormat.FlatGeobuf),
        ".GPKG" => new VectorFileSink(path, VectorFormat.GeoPackage),
        ".PNG" => new PreviewSink(path, images),
        _ => new GeoJsonFileSink(path),
    };
}
