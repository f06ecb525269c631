using System.Buffers;
using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>
/// Looks at the whole image before its samples are stretched. An image of up to 4 million pixels is read whole; of a larger one, 256 squares of
/// 64 x 64 pixels, spread evenly from corner to corner, at places that depend on its size alone: every worker finds the same. Of images with
/// many bands, percentiles are taken from every second, third, ... of these pixels, so that 8 million samples are kept at most.
/// </summary>
public static class ImageStatistics
{
    private const long WholeUpTo = 4_000_000;
    private const long MostKept = 8_000_000;
    private const long MostBytesAtOnce = 16 << 20;
    private const int SquaresPerSide = 16;
    private const int SquareSize = 64;
    private const double LowPart = 0.02, HighPart = 0.98;

    /// <summary>How the image's samples are to be stretched; null when they are not.</summary>
    /// <exception cref="ImageException">
    /// <see cref="ImageErrorKind.InvalidRequest"/> for complex samples; <see cref="ImageErrorKind.Unavailable"/> when the pixels can't be read now.
    /// Damaged ones are left out.
    /// </exception>
    public static Stretch? StretchOf(ImageFile image, RangeAdjustment adjustment)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (adjustment == RangeAdjustment.None)
            return null;
        EnsureSupported(image.Path, image.Header, adjustment);
        var windows = Windows(image.Bounds, (long)image.Header.Bands * image.BytesPerSample).ToList();
        var looked = windows.Sum(window => (long)window.Width * window.Height) * image.Header.Bands;
        var every = adjustment == RangeAdjustment.MinMax ? 0 : (int)((looked + MostKept - 1) / MostKept);
        var bands = Enumerable.Range(0, image.Header.Bands).Select(_ => new BandSamples(every)).ToArray();
        foreach (var window in windows)
            Collect(image, window, bands);

        var ends = bands.Select(band => adjustment == RangeAdjustment.MinMax ? band.Range : band.Between(LowPart, HighPart)).ToList();
        return new Stretch([.. ends.Select(end => end.Low)], [.. ends.Select(end => end.High)], image.NoData);
    }

    /// <summary>The header of an image whose samples are stretched.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/>: complex samples can't be.</exception>
    public static ImageHeader Stretched(string path, ImageHeader image, RangeAdjustment adjustment)
    {
        ArgumentNullException.ThrowIfNull(image);
        EnsureSupported(path, image, adjustment);
        return adjustment == RangeAdjustment.None ? image : image with { SampleType = "Byte" };
    }

    internal static IEnumerable<PixelWindow> Windows(PixelWindow image, long bytesPerPixel)
    {
        if ((long)image.Width * image.Height <= WholeUpTo)
        {
            var rows = (int)Math.Clamp(MostBytesAtOnce / (image.Width * bytesPerPixel), 1, 256);
            for (var y = 0; y < image.Height; y += rows)
                yield return new(0, y, image.Width, Math.Min(rows, image.Height - y));
            yield break;
        }

        int width = Math.Min(SquareSize, image.Width), height = Math.Min(SquareSize, image.Height);
        for (var row = 0; row < SquaresPerSide; row++)
        {
            for (var column = 0; column < SquaresPerSide; column++)
            {
                yield return new(
                    (int)((long)column * (image.Width - width) / (SquaresPerSide - 1)), (int)((long)row * (image.Height - height) / (SquaresPerSide - 1)), width, height);
            }
        }
    }

    private static void EnsureSupported(string path, ImageHeader image, RangeAdjustment adjustment)
    {
        if (adjustment != RangeAdjustment.None && !Stretch.CanRead(image.SampleType))
            throw new ImageException(ImageErrorKind.InvalidRequest, path, $"{image.SampleType} samples can't be stretched to 8 bits: leave the range adjustment out");
    }

    // Damaged pixels say nothing, to this worker and to any other.
    private static bool TryRead(ImageFile image, PixelWindow window, Span<byte> target)
    {
        try
        {
            image.Read(window, target);
            return true;
        }
        catch (ImageException damaged) when (damaged.Kind == ImageErrorKind.ReadFailed)
        {
            return false;
        }
    }

    private static void Collect(ImageFile image, PixelWindow window, BandSamples[] bands)
    {
        var bytes = checked((int)image.BytesOf(window));
        var pixels = window.Width * window.Height;
        var raw = ArrayPool<byte>.Shared.Rent(bytes);
        var numbers = ArrayPool<double>.Shared.Rent(pixels);
        try
        {
            if (!TryRead(image, window, raw.AsSpan(0, bytes)))
                return;
            for (var band = 0; band < bands.Length; band++)
            {
                var size = pixels * image.BytesPerSample;
                Stretch.ToNumbers(image.Header.SampleType, raw.AsSpan(band * size, size), numbers.AsSpan(0, pixels));
                foreach (var number in numbers.AsSpan(0, pixels))
                {
                    if (Stretch.IsSample(number, image.NoData))
                        bands[band].Add(number);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
            ArrayPool<double>.Shared.Return(numbers);
        }
    }
}
