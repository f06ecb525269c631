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
    /// <summary>The ground's height at each position, metres above the WGS 84 ellipsoid; null when it is not known at all of them.</summary>
    public double[]? Heights { get; init; }

    /// <summary>Writes the GeoJSON geometry object, with heights where they are known.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        if (Heights is null)
        {
            Structure.WriteTo(json, Positions);
            return;
        }

        var positions = new double[3 * Heights.Length];
        for (var i = 0; i < Heights.Length; i++)
            (positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]) = (Positions[2 * i], Positions[(2 * i) + 1], Heights[i]);
        Structure.WriteTo(json, positions, dimensions: 3);
    }

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
