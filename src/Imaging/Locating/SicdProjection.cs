namespace Swath.Imaging.Locating;

/// <summary>
/// Where a pixel of a SICD lies on the ground (NGA.STND.0024, SICD volume 3, image projections): its range and range rate at the centre of aperture
/// are those of a circle in space, which meets the ground at one place on the side to which the sensor looks.
/// </summary>
internal sealed class SicdProjection
{
    private const int MostRounds = 20;
    private const double SameHeight = 0.001;

    private readonly SicdMetadata _sicd;
    private readonly Polynomial[] _velocity;
    private readonly Func<double, double, double, Vector, Vector, (double Range, double Rate)> _rangeAndRate;

    /// <exception cref="FormatException">The grid is of a type without a projection here, or what it needs is missing.</exception>
    public SicdProjection(SicdMetadata sicd)
    {
        _sicd = sicd;
        _velocity = [.. sicd.Path.Select(axis => axis.Derivative())];
        _rangeAndRate = sicd.GridType switch
        {
            "RGAZIM" when sicd.Pfa is not null => PolarFormat(),
            "RGAZIM" when sicd.RangeAzimuth is not null => RangeAzimuthCompression(),
            "RGZERO" when sicd.Inca is not null => ZeroDoppler(),
            "XRGYCR" or "XCTYAT" or "PLANE" => (row, column, _, position, velocity) => Of(sicd.Centre + (sicd.Row * row) + (sicd.Column * column), position, velocity),
            _ => throw new FormatException($"A grid of type {sicd.GridType} is not supported."),
        };
    }

    /// <summary>The place of a pixel position at a height.</summary>
    /// <param name="x">Column of the image; the centre of the first pixel is 0.5.</param>
    /// <param name="y">Row.</param>
    /// <param name="height">Metres above the ellipsoid.</param>
    /// <param name="longitude">Degrees.</param>
    /// <param name="latitude">Degrees.</param>
    /// <returns>False when the circle does not meet that height.</returns>
    public bool TryLocate(double x, double y, double height, out double longitude, out double latitude)
    {
        (longitude, latitude) = (double.NaN, double.NaN);

        // A pixel's centre is a whole number in SICD.
        var row = (y - 0.5 + _sicd.FirstRow - _sicd.CentreRow) * _sicd.RowSpacing;
        var column = (x - 0.5 + _sicd.FirstColumn - _sicd.CentreColumn) * _sicd.ColumnSpacing;
        var time = _sicd.TimeOfAperture.At(row, column);
        Vector position = At(_sicd.Path, time), velocity = At(_velocity, time);
        var (range, rate) = _rangeAndRate(row, column, time, position, velocity);

        // The ground is a plane at first; each round takes the plane that touches the height under the last place.
        var up = Ellipsoid.Up(_sicd.Centre);
        var ground = _sicd.Centre + (up * (height - _sicd.CentreHeight));
        for (var i = 0; i < MostRounds; i++)
        {
            if (!TryMeet(position, velocity, range, rate, ground, up, out var place))
                return false;
            var (lon, lat, above) = Ellipsoid.FromEarthCentred(place);
            if (Math.Abs(above - height) < SameHeight)
            {
                (longitude, latitude) = (lon, lat);
                return true;
            }

            up = Ellipsoid.Up(place);
            ground = place + (up * (height - above));
        }

        return false;
    }

    private static Vector At(Polynomial[] axes, double time) => new(axes[0].At(time), axes[1].At(time), axes[2].At(time));

    private static (double Range, double Rate) Of(Vector place, Vector position, Vector velocity)
    {
        var sight = position - place;
        return (sight.Length, velocity.Dot(sight) / sight.Length);
    }

    /// <summary>The circle's point in a plane, on the side to which the sensor looks.</summary>
    private bool TryMeet(Vector position, Vector velocity, double range, double rate, Vector ground, Vector up, out Vector place)
    {
        place = default;
        var above = (position - ground).Dot(up);
        if (Math.Abs(above) >= range)
            return false;
        var nadir = position - (up * above);
        var radius = Math.Sqrt((range * range) - (above * above));
        var climb = velocity.Dot(up);
        var ahead = velocity - (up * climb);
        var speed = ahead.Length;
        var along = (-rate + (climb * above / range)) / (speed * radius / range);
        if (!(Math.Abs(along) <= 1))
            return false;
        ahead *= 1 / speed;
        var left = up.Cross(ahead);
        place = nadir + (ahead * (radius * along)) + (left * (radius * Math.Sqrt(1 - (along * along)) * (_sicd.LooksLeft ? 1 : -1)));
        return true;
    }

    private Func<double, double, double, Vector, Vector, (double Range, double Rate)> PolarFormat()
    {
        Polynomial angle = _sicd.Pfa!.Get("PolarAngPoly").Polynomial(), scale = _sicd.Pfa!.Get("SpatialFreqSFPoly").Polynomial();
        Polynomial angleRate = angle.Derivative(), scaleRate = scale.Derivative();
        return (row, column, time, position, velocity) =>
        {
            var (range, rate) = Of(_sicd.Centre, position, velocity);
            var theta = angle.At(time);
            double alongPulse = (row * Math.Cos(theta)) + (column * Math.Sin(theta)), across = (column * Math.Cos(theta)) - (row * Math.Sin(theta));
            var factor = scale.At(theta);
            return (range + (factor * alongPulse), rate + (((scaleRate.At(theta) * alongPulse) + (factor * across)) * angleRate.At(time)));
        };
    }

    private Func<double, double, double, Vector, Vector, (double Range, double Rate)> RangeAzimuthCompression()
    {
        var factor = _sicd.RangeAzimuth!.Number("AzSF");
        return (row, column, _, position, velocity) =>
        {
            var (range, rate) = Of(_sicd.Centre, position, velocity);
            return (range + row, rate - (velocity.Length * factor * column));
        };
    }

    private Func<double, double, double, Vector, Vector, (double Range, double Rate)> ZeroDoppler()
    {
        Polynomial closest = _sicd.Inca!.Get("TimeCAPoly").Polynomial(), drift = _sicd.Inca!.Get("DRateSFPoly").Polynomial();
        var centreRange = _sicd.Inca!.Number("R_CA_SCP");
        return (row, column, time, _, _) =>
        {
            var nearest = closest.At(column);
            var speed = At(_velocity, nearest).Length;
            var rate = drift.At(row, column) * speed * speed;
            double from = time - nearest, least = centreRange + row;
            var range = Math.Sqrt((least * least) + (rate * from * from));
            return (range, rate * from / range);
        };
    }
}
