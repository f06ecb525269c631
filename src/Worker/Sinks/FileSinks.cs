using Swath.Imaging;

namespace Swath.Worker.Sinks;

/// <summary>An output file's form is told by the ending of its name.</summary>
internal static class FileSinks
{
    /// <summary>The sink for a path: GeoJSON, unless its ending says something else.</summary>
    /// <param name="path">As the request names it.</param>
    /// <param name="images">For outputs that show the image.</param>
    /// <exception cref="SinkException">The ending is that of a form that Swath does not write.</exception>
    public static IFeatureSink For(string path, ImageAccess images) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".GEOJSONL" or ".NDJSON" or ".NDGEOJSON" => new GeoJsonSequenceSink(path, separated: false),
        ".GEOJSONS" => new GeoJsonSequenceSink(path, separated: true),
        ".FGB" => new VectorFileSink(path, VectorFormat.FlatGeobuf),
        ".GPKG" => new VectorFileSink(path, VectorFormat.GeoPackage),
        ".PNG" => new PreviewSink(path, images),
        // GeoJSON under such a name would be taken for a damaged file.
        ".SHP" or ".DBF" or ".KML" or ".KMZ" or ".GML" or ".GDB" or ".TAB" or ".MIF" or ".DXF" or ".CSV" or ".XLSX" or ".PARQUET" or ".ARROW" or ".SQLITE" or ".DB" or ".PMTILES"
            or ".MBTILES" or ".TIF" or ".TIFF" or ".NTF" or ".NITF" or ".JPG" or ".JPEG" or ".JP2" or ".PDF" or ".ZIP" or ".GZ" => throw new SinkException(
            $"The output {path} can't be written: Swath writes no {Path.GetExtension(path)} files. Use .geojson, .geojsonl, .geojsons, .gpkg, .fgb or .png (a preview)."),
        _ => new GeoJsonFileSink(path),
    };
}
