using System.Text.Json;
using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>A geometry on the earth, in WGS 84 degrees and valid by RFC 7946: right-hand rule, cut at the antimeridian.</summary>
/// <param name="Structure">How the positions make up the geometry.</param>
/// <param name="Positions">Longitude and latitude of each, interleaved.</param>
/// <param name="West">Of the box around it; greater than <paramref name="East"/> when it lies across the antimeridian (RFC 7946 section 5.2).</param>
/// <param name="South">Degrees.</param>
/// <param name="East">Degrees.</param>
/// <param name="North">Degrees.</param>
internal sealed record PlacedGeometry(PixelGeometry Structure, double[] Positions, double West, double South, double East, double North)
{
    /// <summary>Writes the GeoJSON geometry object.</summary>
    public void WriteTo(Utf8JsonWriter json) => Structure.WriteTo(json, Positions);

    /// <summary>Writes the array that GeoJSON calls <c>bbox</c>.</summary>
    public void WriteBoxTo(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteNumberValue(West);
        json.WriteNumberValue(South);
        json.WriteNumberValue(East);
        json.WriteNumberValue(North);
        json.WriteEndArray();
    }
}
