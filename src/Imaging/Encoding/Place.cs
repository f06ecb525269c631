using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Contracts;
using Swath.Imaging.Native;
using Swath.Imaging.Opening;

namespace Swath.Imaging.Encoding;

/// <summary>What of an image's georeferencing goes into its tiles: what is used to locate, moved to the tile's corner.</summary>
internal sealed unsafe class Place
{
    private readonly Georeferencing _georeferencing;

    private Place(Georeferencing georeferencing, double[]? transform)
    {
        _georeferencing = georeferencing;
        Transform = transform;
    }

    /// <summary>The image's affine transform, six numbers in GDAL's order; null when places come from elsewhere.</summary>
    public double[]? Transform { get; }

    public static Place Of(DatasetHandle image, Georeferencing georeferencing) => new(
        georeferencing, georeferencing == Georeferencing.Affine && Placement.TryGetTransform(image, out var transform) ? transform : null);

    /// <summary>Sets it on a dataset whose pixels are the window's.</summary>
    public void CopyTo(DatasetHandle image, DatasetHandle target, PixelWindow window)
    {
        if (Transform is { } t)
        {
            _ = Gdal.GDALSetSpatialRef(target, Gdal.GDALGetSpatialRef(image));
            ReadOnlySpan<double> moved = [
                t[0] + (window.X * t[1]) + (window.Y * t[2]), t[1], t[2], t[3] + (window.X * t[4]) + (window.Y * t[5]), t[4], t[5]];
            fixed (double* numbers = moved)
                _ = Gdal.GDALSetGeoTransform(target, numbers);
        }

        if (_georeferencing == Georeferencing.GroundControlPoints)
        {
            var points = new ReadOnlySpan<GdalControlPoint>(Gdal.GDALGetGCPs(image), Gdal.GDALGetGCPCount(image)).ToArray();
            foreach (ref var point in points.AsSpan())
            {
                point.Pixel -= window.X;
                point.Line -= window.Y;
            }

            fixed (GdalControlPoint* list = points)
                _ = Gdal.GDALSetGCPs2(target, points.Length, list, Gdal.GDALGetGCPSpatialRef(image));
        }

        CopyPolynomial(image, target, window);
    }

    private static void CopyPolynomial(DatasetHandle image, DatasetHandle target, PixelWindow window)
    {
        var items = NativeStrings.Read(Gdal.GDALGetMetadata(image, "RPC"));
        if (items.Count == 0)
            return;
        foreach (ref var item in CollectionsMarshal.AsSpan(items))
            item = Move(Move(item, "LINE_OFF=", window.Y), "SAMP_OFF=", window.X);
        using var moved = new NativeStrings(items);
        _ = Gdal.GDALSetMetadata(target, moved.Pointer, "RPC");
    }

    private static string Move(string item, string key, int pixels)
    {
        if (!item.StartsWith(key, StringComparison.Ordinal))
            return item;
        var text = item[key.Length..].Trim().Split(' ')[0];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var offset)
            ? key + (offset - pixels).ToString("R", CultureInfo.InvariantCulture)
            : item;
    }
}
