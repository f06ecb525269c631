using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Locating;

/// <summary>
/// How high the ground is at a place, in metres above the WGS 84 ellipsoid, as far as somebody said: by the file of heights, or for images of rational
/// polynomials by the one height at which they are located. One thread at a time.
/// </summary>
internal sealed unsafe class GroundHeights : IDisposable
{
    private const int Float64 = 7; // GDT_Float64 of gdal.h

    private readonly DatasetHandle? _model;
    private readonly TransformerHandle? _places;
    private readonly double? _everywhere;
    private readonly int _width;
    private readonly int _height;
    private readonly double? _noData;

    private GroundHeights(double everywhere) => _everywhere = everywhere;

    private GroundHeights(ImageFile image, string path)
    {
        _model = ElevationModel.Open(image.Path, path);
        // In three dimensions: heights above a geoid become heights above the ellipsoid where the file's coordinate system names it.
        using var options = new NativeStrings("METHOD=GEOTRANSFORM", "DST_SRS=EPSG:4979");
        GdalErrors.Reset();
        _places = Gdal.GDALCreateGenImgProjTransformer2(_model, 0, options.Pointer);
        if (_places.IsInvalid)
        {
            Dispose();
            throw new ImageException(ImageErrorKind.Unavailable, image.Path, $"the ground's heights in {path} have no place on the earth: correct IMAGE_DEM. {GdalErrors.Message}");
        }

        _width = Gdal.GDALGetRasterXSize(_model);
        _height = Gdal.GDALGetRasterYSize(_model);
        var noData = Gdal.GDALGetRasterNoDataValue(Gdal.GDALGetRasterBand(_model, 1), out var present);
        _noData = present == 0 ? null : noData;
    }

    /// <summary>What is known for an image; null: nothing.</summary>
    /// <exception cref="ImageException">The file of heights can't be read.</exception>
    public static GroundHeights? Of(ImageFile image)
    {
        if (!string.IsNullOrWhiteSpace(image.Locating.ElevationModel))
            return new GroundHeights(image, image.Locating.ElevationModel);
        return image.Header.Georeferencing is Georeferencing.RationalPolynomial or Georeferencing.SensorModel && image.Locating.HeightMeters is { } height ? new GroundHeights(height) : null;
    }

    /// <summary>The height at a place, between the four heights around it.</summary>
    /// <returns>False where nothing is known.</returns>
    public bool TryRead(double longitude, double latitude, out double height)
    {
        height = _everywhere ?? double.NaN;
        if (_model is null)
            return true;
        double x = longitude, y = latitude, z = 0;
        if (!TryTransform(inverse: true, ref x, ref y, ref z) || !(x >= 0 && y >= 0 && x <= _width && y <= _height))
            return false;
        var left = Math.Clamp((int)Math.Floor(x - 0.5), 0, _width - 1);
        var top = Math.Clamp((int)Math.Floor(y - 0.5), 0, _height - 1);
        var (columns, rows) = (Math.Min(2, _width - left), Math.Min(2, _height - top));
        Span<double> around = stackalloc double[4];
        var band = 1;
        fixed (double* buffer = around)
        {
            if (Gdal.GDALDatasetRasterIOEx(_model, Gdal.ReadFlag, left, top, columns, rows, buffer, columns, rows, Float64, 1, &band, 0, 0, 0, 0) >= Gdal.Failure)
                return false;
        }

        foreach (var sample in around[..(columns * rows)])
        {
            if (sample == _noData || !double.IsFinite(sample))
                return false;
        }

        var (right, down) = (Math.Clamp(x - 0.5 - left, 0, columns - 1), Math.Clamp(y - 0.5 - top, 0, rows - 1));
        var upper = around[0] + (right * (around[columns - 1] - around[0]));
        var lower = around[columns * (rows - 1)] + (right * (around[(columns * rows) - 1] - around[columns * (rows - 1)]));
        z = upper + (down * (lower - upper));
        if (!TryTransform(inverse: false, ref x, ref y, ref z))
            return false;
        height = z;
        return true;
    }

    public void Dispose()
    {
        _places?.Dispose();
        _model?.Dispose();
    }

    private bool TryTransform(bool inverse, ref double x, ref double y, ref double z)
    {
        int success;
        fixed (double* px = &x, py = &y, pz = &z)
            _ = Gdal.GDALGenImgProjTransform(_places!, inverse ? 1 : 0, 1, px, py, pz, &success);
        return success != 0 && double.IsFinite(x) && double.IsFinite(y) && double.IsFinite(z);
    }
}
