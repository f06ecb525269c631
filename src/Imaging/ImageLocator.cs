using System.Globalization;
using Swath.Contracts;
using Swath.Imaging.Locating;
using Swath.Imaging.Native;
using Swath.Imaging.Opening;

namespace Swath.Imaging;

/// <summary>
/// Turns pixels of an image into WGS 84 longitude and latitude, and back. Pixel (0, 0) is the outer corner of the top-left pixel, its
/// centre is (0.5, 0.5). Making one takes 1..55 ms, a point well under a microsecond: keep one per thread. One thread at a time.
/// </summary>
/// <remarks>It keeps what it needs of the file; dispose it before the <see cref="ImageFile"/> that it was made from.</remarks>
public sealed unsafe class ImageLocator : IDisposable
{
    private const int Chunk = 1024;

    private readonly TransformerHandle? _transformer;
    private readonly SensorLocator? _sensor;

    /// <summary>Polynomials describe the full image: a chip's positions are brought there first.</summary>
    private readonly ChipMapping? _chip;
    private readonly GroundHeights? _ground;
    private readonly (double Left, double Top, double Right, double Bottom) _reach;

    private ImageLocator(ImageFile image, TransformerHandle? transformer)
    {
        _transformer = transformer;
        Path = image.Path;
        Bounds = image.Bounds;
        _reach = Placement.Reach(Bounds.Width, Bounds.Height);
        Georeferencing = image.Header.Georeferencing;
        _chip = image.Chip;
        _ground = GroundHeights.Of(image);
        if (image.Sicd is { } sicd)
        {
            _sensor = new SensorLocator(
                new SicdProjection(sicd), (Bounds.Width / 2.0, Bounds.Height / 2.0), image.Locating.HeightMeters ?? sicd.CentreHeight,
                (longitude, latitude) => TryHeight(longitude, latitude, out var height) ? height : null);
        }
    }

    /// <summary>The image as it was named when it was opened.</summary>
    public string Path { get; }

    /// <summary>The whole image, in pixels.</summary>
    public PixelWindow Bounds { get; }

    /// <summary>What the places come from.</summary>
    public Georeferencing Georeferencing { get; }

    /// <summary>The locator of an image; null when the image is not georeferenced (a geotransform without a coordinate system is not).</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.LocationFailed"/> when GDAL can't use the georeferencing.</exception>
    public static ImageLocator? For(ImageFile image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Header.Georeferencing == Georeferencing.None)
            return null;
        if (image.Sicd is not null)
            return new ImageLocator(image, transformer: null);
        if (image.Header.Georeferencing == Georeferencing.GroundControlPoints)
            CheckControlPoints(image);
        return new ImageLocator(image, Make(image, Options(image)));
    }

    /// <summary>The place of a pixel position.</summary>
    /// <param name="x">Column, 0 at the left edge of the image; positions outside are extrapolated, up to ten images' sizes away.</param>
    /// <param name="y">Row, 0 at the top edge.</param>
    /// <param name="longitude">Degrees east; beyond 180 for an image across the antimeridian.</param>
    /// <param name="latitude">Degrees north, -90..90.</param>
    /// <returns>False when the position has no place; the results are then NaN, never infinite.</returns>
    public bool TryLocate(double x, double y, out double longitude, out double latitude) =>
        TryTransform(x, y, inverse: false, out longitude, out latitude);

    /// <summary>The places of many positions, in place: x becomes longitude, y becomes latitude, NaN where there is none.</summary>
    /// <returns>True when every position has a place.</returns>
    public bool TryLocate(Span<double> x, Span<double> y) => TryTransform(x, y, inverse: false);

    /// <summary>The pixel position of a place; it may lie outside the image.</summary>
    /// <returns>False when the place has no position; the results are then NaN.</returns>
    public bool TryToPixel(double longitude, double latitude, out double x, out double y) =>
        TryTransform(longitude, latitude, inverse: true, out x, out y);

    /// <summary>The pixel positions of many places, in place: x is longitude and becomes the column; NaN where there is none.</summary>
    /// <returns>True when every place has a position.</returns>
    public bool TryToPixel(Span<double> x, Span<double> y) => TryTransform(x, y, inverse: true);

    /// <summary>How high the ground is at a place, in metres above the WGS 84 ellipsoid.</summary>
    /// <returns>False where nobody has said it: there is no file of heights, or it does not reach there.</returns>
    public bool TryHeight(double longitude, double latitude, out double height)
    {
        height = double.NaN;
        return _ground is not null && _ground.TryRead(longitude, latitude, out height);
    }

    /// <summary>Frees the transformer.</summary>
    public void Dispose()
    {
        _transformer?.Dispose();
        _ground?.Dispose();
    }

    private static TransformerHandle Make(ImageFile image, IReadOnlyList<string> optionList)
    {
        using var options = new NativeStrings(optionList);
        GdalErrors.Reset();
        var transformer = Gdal.GDALCreateGenImgProjTransformer2(image.Placed, 0, options.Pointer);
        if (!transformer.IsInvalid)
            return transformer;
        transformer.Dispose();
        throw new ImageException(ImageErrorKind.LocationFailed, image.Path, $"its georeferencing ({image.Header.Georeferencing}) can't be used: {GdalErrors.Message}");
    }

    /// <summary>Control points that nearly lie on a line make a fit that leaves the earth: look at it before it is projected.</summary>
    private static void CheckControlPoints(ImageFile image)
    {
        using var fit = new ImageLocator(image, Make(image, ["METHOD=GCP_POLYNOMIAL"]));
        const int steps = 6;
        Span<double> x = stackalloc double[1], y = stackalloc double[1], z = stackalloc double[1];
        Span<int> success = stackalloc int[1];
        for (var i = 0; i < steps * steps; i++)
        {
            x[0] = fit._reach.Left + ((fit._reach.Right - fit._reach.Left) * (i % steps) / (steps - 1));
            y[0] = fit._reach.Top + ((fit._reach.Bottom - fit._reach.Top) * (i / steps) / (steps - 1));
            fit.Call(x, y, z, success, inverse: false);
            if (success[0] != 0 && !Placement.IsPlausible(x[0], y[0]))
            {
                throw new ImageException(ImageErrorKind.LocationFailed, image.Path,
                    "its control points don't describe a surface (they nearly lie on a line, or are damaged): correct or remove them");
            }
        }
    }

    private static List<string> Options(ImageFile image)
    {
        List<string> options = ["DST_SRS=EPSG:4326"];
        switch (image.Header.Georeferencing)
        {
            case Georeferencing.Affine:
                options.Add("METHOD=GEOTRANSFORM");
                break;
            case Georeferencing.GroundControlPoints:
                options.Add("METHOD=GCP_POLYNOMIAL");
                break;
            default:
                options.Add("METHOD=RPC");
                // GDAL's own default is height 0, which was 76 pixels wrong at 377 m.
                var height = (image.Locating.HeightMeters ?? HeightOffset(image.Placed)).ToString("R", CultureInfo.InvariantCulture);
                if (string.IsNullOrWhiteSpace(image.Locating.ElevationModel))
                    options.Add($"RPC_HEIGHT={height}");
                else
                    options.AddRange([$"RPC_DEM={ElevationModel.Checked(image.Path, image.Locating.ElevationModel)}", $"RPC_DEM_MISSING_VALUE={height}"]);
                options.Add("RPC_PIXEL_ERROR_THRESHOLD=0.001");
                break;
        }

        return options;
    }

    private static double HeightOffset(DatasetHandle dataset)
    {
        // Some files write a unit behind the number: "+0377.0 meters".
        var text = (Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "HEIGHT_OFF", "RPC")) ?? "").Trim().Split(' ')[0];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var height) && double.IsFinite(height) ? height : 0;
    }

    private bool TryTransform(double x, double y, bool inverse, out double first, out double second)
    {
        first = x;
        second = y;
        return TryTransform(new Span<double>(ref first), new Span<double>(ref second), inverse);
    }

    private bool TryTransform(Span<double> x, Span<double> y, bool inverse)
    {
        if (x.Length != y.Length)
            throw new ArgumentException("x and y must have the same length.", nameof(y));
        Span<double> z = stackalloc double[Math.Min(Chunk, x.Length)];
        Span<int> success = stackalloc int[Math.Min(Chunk, x.Length)];
        var all = true;
        for (var start = 0; start < x.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, x.Length - start);
            all &= TryTransformChunk(x.Slice(start, count), y.Slice(start, count), z[..count], success[..count], inverse);
        }

        return all;
    }

    private bool TryTransformChunk(Span<double> x, Span<double> y, Span<double> z, Span<int> success, bool inverse)
    {
        // Positions that make no sense stay out of GDAL, which may not come back from them.
        Span<bool> sensible = stackalloc bool[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            sensible[i] = inverse
                ? Math.Abs(x[i]) <= 720 && Math.Abs(y[i]) <= 90
                : x[i] >= _reach.Left && x[i] <= _reach.Right && y[i] >= _reach.Top && y[i] <= _reach.Bottom;
            if (!sensible[i])
                x[i] = y[i] = 0;
            else if (_chip is not null && !inverse)
                (x[i], y[i]) = _chip.ToFull(x[i], y[i]);
        }

        Call(x, y, z, success, inverse);
        for (var i = 0; _chip is not null && inverse && i < x.Length; i++)
            (x[i], y[i]) = _chip.ToChip(x[i], y[i]);
        var all = true;
        for (var i = 0; i < x.Length; i++)
        {
            if (sensible[i] && success[i] != 0 && double.IsFinite(x[i]) && double.IsFinite(y[i]) && (inverse || Math.Abs(y[i]) <= 90))
                continue;
            x[i] = y[i] = double.NaN;
            all = false;
        }

        return all;
    }

    private void Call(Span<double> x, Span<double> y, Span<double> z, Span<int> success, bool inverse)
    {
        z.Clear();
        success.Clear();
        if (_sensor is not null)
        {
            for (var i = 0; i < x.Length; i++)
            {
                var found = inverse ? _sensor.TryToPixel(x[i], y[i], out var first, out var second) : _sensor.TryLocate(x[i], y[i], out first, out second);
                (x[i], y[i], success[i]) = (first, second, found ? 1 : 0);
            }

            return;
        }

        GdalErrors.Reset();
        fixed (double* px = x, py = y, pz = z)
        fixed (int* ok = success)
        {
            // The result only says whether all succeeded; each point has its own flag.
            _ = Gdal.GDALGenImgProjTransform(_transformer!, inverse ? 1 : 0, x.Length, px, py, pz, ok);
        }
    }
}
