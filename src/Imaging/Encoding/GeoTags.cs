using System.Buffers;
using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Encoding;

/// <summary>
/// The TIFF tags that say where an image is. GDAL writes them once per source, into a file of one pixel; a tile gets them moved to its corner.
/// </summary>
internal sealed unsafe class GeoTags
{
    private readonly double[]? _transform;
    private readonly TiffTag? _controlPoints;
    private readonly TiffTag? _polynomial;
    private readonly List<TiffTag> _fixed;

    private GeoTags(double[]? transform, List<TiffTag> written, Georeferencing georeferencing)
    {
        _transform = transform;
        _controlPoints = georeferencing == Georeferencing.GroundControlPoints ? written.Find(tag => tag.Id == TiffDirectory.ModelTiepoint) : null;
        _polynomial = written.Find(tag => tag.Id == TiffDirectory.RpcCoefficients);
        _fixed = written.FindAll(tag => tag.Id is TiffDirectory.GeoKeyDirectory or TiffDirectory.GeoDoubleParams or TiffDirectory.GeoAsciiParams
            or TiffDirectory.GdalNoData);
    }

    public static GeoTags Of(ImageFile image)
    {
        var path = MemoryFile.NewPath("tif");
        var place = Place.Of(image);
        GdalErrors.Reset();
        using (var options = new NativeStrings("ENDIANNESS=LITTLE", "BIGTIFF=NO", image.IsNamelessSignedByte ? "PIXELTYPE=SIGNEDBYTE" : "PIXELTYPE=DEFAULT"))
        using (var probe = Gdal.GDALCreate(Gdal.GDALGetDriverByName("GTiff"), path, 1, 1, 1, image.SampleType, options.Pointer))
        {
            if (probe.IsInvalid)
                throw new ImageException(ImageErrorKind.EncodeFailed, image.Path, $"its coordinate system can't be written as GeoTIFF: {GdalErrors.Message}");
            place.CopyTo(image.Placed, probe, new PixelWindow(0, 0, 1, 1));
            if (image.NoData is { } noData)
                _ = Gdal.GDALSetRasterNoDataValue(Gdal.GDALGetRasterBand(probe, 1), noData);
        }

        var file = MemoryFile.Take(path, out var length);
        try
        {
            return new GeoTags(place.Transform, TiffDirectory.Read(file.AsSpan(0, length)), image.Header.Georeferencing);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(file);
        }
    }

    /// <summary>Adds the tags of a tile whose top-left corner is at (x, y) of the image.</summary>
    public void AddTo(TiffDirectory directory, int x, int y)
    {
        foreach (var tag in _fixed)
            directory.Add(tag);
        if (_transform is { } t)
            AddTransform(directory, t, t[0] + (x * t[1]) + (y * t[2]), t[3] + (x * t[4]) + (y * t[5]));
        if (_controlPoints is not null)
            directory.Add(Moved(_controlPoints, x, y));
        if (_polynomial is not null)
            directory.Add(MovedPolynomial(_polynomial, x, y));
    }

    /// <summary>North-up images have a scale and a tie point; others need a matrix. OGC 19-008, requirements 7.4.</summary>
    public static void AddTransform(TiffDirectory directory, ReadOnlySpan<double> t, double originX, double originY)
    {
        if (t[2] == 0 && t[4] == 0 && t[5] < 0 && t[1] > 0)
        {
            directory.Add(TiffTag.Doubles(TiffDirectory.ModelPixelScale, t[1], -t[5], 0));
            directory.Add(TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, originX, originY, 0));
        }
        else
        {
            directory.Add(TiffTag.Doubles(
                TiffDirectory.ModelTransformation, t[1], t[2], 0, originX, t[4], t[5], 0, originY, 0, 0, 0, 0, 0, 0, 0, 1));
        }
    }

    // A tie point is (pixel, line, 0, X, Y, Z).
    private static TiffTag Moved(TiffTag points, int x, int y)
    {
        var values = new double[points.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = points.DoubleAt(i) - ((i % 6) switch { 0 => x, 1 => y, _ => 0 });
        return TiffTag.Doubles(points.Id, values);
    }

    // RPCCoefficientTag (https://www.awaresystems.be/imaging/tiff/tifftags/rpccoefficienttag.html): value 2 is LINE_OFF, value 3 SAMP_OFF.
    private static TiffTag MovedPolynomial(TiffTag polynomial, int x, int y)
    {
        var values = new double[polynomial.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = polynomial.DoubleAt(i) - (i switch { 2 => y, 3 => x, _ => 0 });
        return TiffTag.Doubles(polynomial.Id, values);
    }

}
