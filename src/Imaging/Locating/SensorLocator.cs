namespace Swath.Imaging.Locating;

/// <summary>Both ways between pixels and places by a sensor's own model: there it is computed, back it is searched for.</summary>
internal sealed class SensorLocator
{
    private const int MostRounds = 30;
    private const double SamePixel = 1e-4, SameHeight = 0.01;

    private readonly SicdProjection _sensor;
    private readonly double _height;
    private readonly (double X, double Y) _centre;
    private readonly Func<double, double, double?> _ground;

    /// <param name="sensor">The model.</param>
    /// <param name="centre">A pixel position that has a place: where the search begins.</param>
    /// <param name="height">Metres above the ellipsoid where nothing better is known.</param>
    /// <param name="ground">The height at a longitude and latitude; null where it is not known.</param>
    public SensorLocator(SicdProjection sensor, (double X, double Y) centre, double height, Func<double, double, double?> ground) =>
        (_sensor, _centre, _height, _ground) = (sensor, centre, height, ground);

    /// <summary>The place of a pixel position.</summary>
    public bool TryLocate(double x, double y, out double longitude, out double latitude)
    {
        var height = _height;
        for (var i = 0; i < MostRounds; i++)
        {
            if (!_sensor.TryLocate(x, y, height, out longitude, out latitude))
                return false;
            var known = _ground(longitude, latitude) ?? _height;
            if (Math.Abs(known - height) < SameHeight)
                return true;
            height = known;
        }

        // Behind a ridge the heights may swing between two slopes; either is the ground.
        return _sensor.TryLocate(x, y, height, out longitude, out latitude);
    }

    /// <summary>The pixel position of a place.</summary>
    public bool TryToPixel(double longitude, double latitude, out double x, out double y)
    {
        (x, y) = _centre;
        var height = _ground(longitude, latitude) ?? _height;
        for (var i = 0; i < MostRounds; i++)
        {
            if (!_sensor.TryLocate(x, y, height, out var lon, out var lat)
                || !_sensor.TryLocate(x + 1, y, height, out var lonX, out var latX)
                || !_sensor.TryLocate(x, y + 1, height, out var lonY, out var latY))
                return false;
            double a = Turn(lonX - lon), b = Turn(lonY - lon), c = latX - lat, d = latY - lat, determinant = (a * d) - (b * c);
            double east = Turn(longitude - lon), north = latitude - lat;
            double stepX = ((d * east) - (b * north)) / determinant, stepY = ((a * north) - (c * east)) / determinant;
            if (!double.IsFinite(stepX) || !double.IsFinite(stepY))
                return false;
            x += stepX;
            y += stepY;
            if (Math.Abs(stepX) < SamePixel && Math.Abs(stepY) < SamePixel)
                return true;
        }

        return false;
    }

    private static double Turn(double degrees) => degrees - (360 * Math.Round(degrees / 360));
}
