namespace Swath.Endpoints;

/// <summary>The geometry types of RFC 7946 that a detection may have (all but GeometryCollection).</summary>
public enum PixelGeometryType
{
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
}
