using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Contracts;
using Swath.Imaging.Locating;
using Swath.Imaging.Native;
using Swath.Imaging.Opening;

namespace Swath.Imaging.Encoding;

/// <summary>What of an image's georeferencing goes into its tiles: what is used to locate, moved to the tile's corner.</summary>
internal sealed unsafe class Place
{
    private readonly Georeferencing _georeferencing;
    private readonly ChipMapping? _chip;

    private Place(Georeferencing georeferencing, double[]? transform, ChipMapping? chip)
    {
        _georeferencing = georeferencing;
        _chip = chip;
        Transform = transform;
    }

    /// <summary>The image's affine transform, six numbers in GDAL's order; null when places come from elsewhere.</summary>
    public double[]? Transform { get; }

    public static Place Of(ImageFile image) => new(
        image.Header.Georeferencing,
        image.Header.Georeferencing == Georeferencing.Affine && Placement.TryGetTransform(image.Placed, out var transform) ? transform : null,
        image.Chip);

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

    private void CopyPolynomial(DatasetHandle image, DatasetHandle target, PixelWindow window)
    {
        var items = NativeStrings.Read(Gdal.GDALGetMetadata(image, "RPC"));
        if (items.Count == 0)
            return;

        // The polynomials of a chip are its full image's. TIFF tells of no chips: the polynomials are brought to the chip, if it is not turned.
        var (scaleX, scaleY, shiftX, shiftY) = (1.0, 1.0, 0.0, 0.0);
        if (_chip is not null)
        {
            if (_chip.Straight is not { } straight)
                return;
            (scaleX, scaleY, shiftX, shiftY) = straight;
        }

        foreach (ref var item in CollectionsMarshal.AsSpan(items))
        {
            item = Change(item, "LINE_OFF=", offset => ((offset + 0.5 - shiftY) / scaleY) - 0.5 - window.Y);
            item = Change(item, "SAMP_OFF=", offset => ((offset + 0.5 - shiftX) / scaleX) - 0.5 - window.X);
            item = Change(Change(item, "LINE_SCALE=", scale => scale / scaleY), "SAMP_SCALE=", scale => scale / scaleX);
        }

        using var moved = new NativeStrings(items);
        _ = Gdal.GDALSetMetadata(target, moved.Pointer, "RPC");
    }

    private static string Change(string item, string key, Func<double, double> change)
    {
        if (!item.StartsWith(key, StringComparison.Ordinal))
            return item;
        var text = item[key.Length..].Trim().Split(' ')[0];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var offset)
            ? key + change(offset).ToString("R", CultureInfo.InvariantCulture)
            : item;
    }
}
