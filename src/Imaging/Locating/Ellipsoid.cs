namespace Swath.Imaging.Locating;

/// <summary>WGS 84: between earth-centred coordinates, and longitude, latitude and height.</summary>
internal static class Ellipsoid
{
    private const double A = 6378137, F = 1 / 298.257223563, E2 = F * (2 - F), B = A * (1 - F);

    /// <summary>Degrees, and metres above the ellipsoid (Bowring 1976, twice: below a millimetre for heights of satellites too).</summary>
    public static (double Longitude, double Latitude, double Height) FromEarthCentred(Vector place)
    {
        var p = Math.Sqrt((place.X * place.X) + (place.Y * place.Y));
        var reduced = Math.Atan2(place.Z * A, p * B);
        var latitude = 0.0;
        for (var i = 0; i < 3; i++)
        {
            latitude = Math.Atan2(place.Z + (E2 / (1 - E2) * B * Math.Pow(Math.Sin(reduced), 3)), p - (E2 * A * Math.Pow(Math.Cos(reduced), 3)));
            reduced = Math.Atan((1 - F) * Math.Tan(latitude));
        }

        var sin = Math.Sin(latitude);
        var normal = A / Math.Sqrt(1 - (E2 * sin * sin));
        var height = (p * Math.Cos(latitude)) + (place.Z * sin) - (A * A / normal);
        return (Math.Atan2(place.Y, place.X) * 180 / Math.PI, latitude * 180 / Math.PI, height);
    }

    /// <summary>The direction away from the ellipsoid at a place.</summary>
    public static Vector Up(Vector place)
    {
        var (longitude, latitude, _) = FromEarthCentred(place);
        double lon = longitude * Math.PI / 180, lat = latitude * Math.PI / 180;
        return new(Math.Cos(lat) * Math.Cos(lon), Math.Cos(lat) * Math.Sin(lon), Math.Sin(lat));
    }
}
