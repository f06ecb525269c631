namespace Swath.Imaging;

/// <summary>A format of geographic features that GDAL writes.</summary>
public enum VectorFormat
{
    /// <summary>https://flatgeobuf.org, <c>.fgb</c>.</summary>
    FlatGeobuf,

    /// <summary>OGC 12-128, <c>.gpkg</c>.</summary>
    GeoPackage,
}
