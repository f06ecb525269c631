using Swath.Contracts;

namespace Swath.Imaging.Probe;

/// <summary>All that Swath does with an image, on two corners of it.</summary>
internal static class Work
{
    private const int Side = 512;

    public static string On(string path)
    {
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        using (var locator = ImageLocator.For(image))
        {
            var bounds = image.Bounds;
            locator?.TryLocate(bounds.Width / 2.0, bounds.Height / 2.0, out _, out _);
            locator?.TryToPixel(10, 50, out _, out _);
        }

        var size = (Width: Math.Min(Side, image.Header.Width), Height: Math.Min(Side, image.Header.Height));
        PixelWindow first = new(0, 0, size.Width, size.Height);
        var last = first with { X = image.Header.Width - size.Width, Y = image.Header.Height - size.Height };
        var unreadable = 0;
        foreach (var window in new[] { first, last })
        {
            foreach (var format in new[] { TileFormat.Gtiff, TileFormat.Nitf, TileFormat.Png })
                unreadable += TryEncode(image, window, format) ? 0 : 1;
        }

        if (Stretchable(image.Header))
            image.Apply(ImageStatistics.StretchOf(image, RangeAdjustment.Percentile));
        return unreadable == 0 ? "Read" : "PartlyRead";
    }

    private static bool Stretchable(ImageHeader header) => !header.SampleType.StartsWith('C') && (long)header.Width * header.Height <= 4_000_000;

    private static bool TryEncode(ImageFile image, PixelWindow window, TileFormat format)
    {
        try
        {
            using var encoder = new TileEncoder(format, TileCompression.None);
            using var tile = encoder.Encode(image, window);
            return true;
        }
        catch (ImageException damaged) when (damaged.Kind is ImageErrorKind.ReadFailed or ImageErrorKind.EncodeFailed or ImageErrorKind.InvalidRequest)
        {
            return false;
        }
    }
}
