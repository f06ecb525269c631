using System.Globalization;
using Swath.Imaging.Native;

namespace Swath.Imaging.Locating;

/// <summary>
/// Where a NITF chip's pixels lie in the image that it was cut from: ICHIPB of STDI-0002, appendix B. Both are counted from the outer corner
/// of the first pixel, as GDAL does. Bilinear between the four corners; nearly always a shift.
/// </summary>
internal sealed class ChipMapping
{
    private const int MostSteps = 20;

    private readonly (double X, double Y) _origin, _size, _a, _alongX, _alongY, _twist;

    /// <summary>Makes a mapping from the corners of the chip's rectangle to those of the full image: top left, top right, bottom left, bottom right.</summary>
    public ChipMapping((double X, double Y) from, (double X, double Y) to, ReadOnlySpan<(double X, double Y)> full)
    {
        _origin = from;
        _size = (to.X - from.X, to.Y - from.Y);
        _a = full[0];
        _alongX = (full[1].X - full[0].X, full[1].Y - full[0].Y);
        _alongY = (full[2].X - full[0].X, full[2].Y - full[0].Y);
        _twist = (full[0].X - full[1].X - full[2].X + full[3].X, full[0].Y - full[1].Y - full[2].Y + full[3].Y);
    }

    /// <summary>Pixels of the full image for one of the chip, where both axes keep their directions; null for chips that are turned or skewed.</summary>
    public (double ScaleX, double ScaleY, double ShiftX, double ShiftY)? Straight
    {
        get
        {
            if (_alongX.Y != 0 || _alongY.X != 0 || _twist != (0, 0))
                return null;
            var (scaleX, scaleY) = (_alongX.X / _size.X, _alongY.Y / _size.Y);
            return (scaleX, scaleY, _a.X - (_origin.X * scaleX), _a.Y - (_origin.Y * scaleY));
        }
    }

    /// <summary>The mapping of a dataset; null when it is no chip.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.LocationFailed"/>: there is an ICHIPB that says nothing.</exception>
    public static unsafe ChipMapping? Of(string image, DatasetHandle dataset)
    {
        if (Gdal.GDALGetMetadataItem(dataset, "ICHIP_FI_ROW_11", null) == null)
            return null;
        double Number(string name) => double.TryParse(
            Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "ICHIP_" + name, null)), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
        (double X, double Y) Point(string kind, string corner) => (Number($"{kind}_COL_{corner}"), Number($"{kind}_ROW_{corner}"));
        ReadOnlySpan<(double X, double Y)> own = [Point("OP", "11"), Point("OP", "12"), Point("OP", "21"), Point("OP", "22")];
        ReadOnlySpan<(double X, double Y)> full = [Point("FI", "11"), Point("FI", "12"), Point("FI", "21"), Point("FI", "22")];
        var rectangle = own[0].X == own[2].X && own[1].X == own[3].X && own[0].Y == own[1].Y && own[2].Y == own[3].Y && own[0].X != own[1].X && own[0].Y != own[2].Y;
        var mapping = new ChipMapping(own[0], own[3], full);
        if (!rectangle || !mapping.IsInvertible)
            throw new ImageException(ImageErrorKind.LocationFailed, image, "its ICHIPB does not say where the chip lies in the full image: correct or remove it");
        return mapping;
    }

    /// <summary>The full image's position of a chip's.</summary>
    public (double X, double Y) ToFull(double x, double y)
    {
        double u = (x - _origin.X) / _size.X, v = (y - _origin.Y) / _size.Y;
        return (_a.X + (u * _alongX.X) + (v * _alongY.X) + (u * v * _twist.X), _a.Y + (u * _alongX.Y) + (v * _alongY.Y) + (u * v * _twist.Y));
    }

    /// <summary>The chip's position of the full image's; NaN where the corners don't lead to one.</summary>
    public (double X, double Y) ToChip(double x, double y)
    {
        // Newton's method: exact in one step without a twist.
        double u = 0.5, v = 0.5;
        for (var step = 0; step < MostSteps; step++)
        {
            var missX = _a.X + (u * _alongX.X) + (v * _alongY.X) + (u * v * _twist.X) - x;
            var missY = _a.Y + (u * _alongX.Y) + (v * _alongY.Y) + (u * v * _twist.Y) - y;
            double ux = _alongX.X + (v * _twist.X), uy = _alongX.Y + (v * _twist.Y), vx = _alongY.X + (u * _twist.X), vy = _alongY.Y + (u * _twist.Y);
            var determinant = (ux * vy) - (vx * uy);
            double du = ((missX * vy) - (vx * missY)) / determinant, dv = ((ux * missY) - (missX * uy)) / determinant;
            u -= du;
            v -= dv;
            if (Math.Abs(du * _size.X) + Math.Abs(dv * _size.Y) < 1e-9)
                return (_origin.X + (u * _size.X), _origin.Y + (v * _size.Y));
        }

        return double.IsFinite(u) && _twist == (0, 0) ? (_origin.X + (u * _size.X), _origin.Y + (v * _size.Y)) : (double.NaN, double.NaN);
    }

    // The same sign of the surface at all corners: nothing is folded, nothing is a line.
    private bool IsInvertible
    {
        get
        {
            var signs = new HashSet<int>();
            foreach (var (u, v) in new[] { (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0) })
            {
                var determinant = ((_alongX.X + (v * _twist.X)) * (_alongY.Y + (u * _twist.Y))) - ((_alongY.X + (u * _twist.X)) * (_alongX.Y + (v * _twist.Y)));
                if (!double.IsFinite(determinant) || determinant == 0)
                    return false;
                signs.Add(Math.Sign(determinant));
            }

            return signs.Count == 1;
        }
    }
}
