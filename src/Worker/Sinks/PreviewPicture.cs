using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;

namespace Swath.Worker.Sinks;

/// <summary>An image made small, in red, green and blue, with frames on it.</summary>
internal sealed class PreviewPicture
{
    private const int LongestSide = 1000;

    private static readonly byte[] FrameColor = [64, 255, 128];

    private readonly byte[] _pixels;
    private readonly int _width;
    private readonly int _height;
    private readonly double _scale;

    private PreviewPicture(ImageHeader image)
    {
        _scale = Math.Min(1.0, LongestSide / (double)Math.Max(image.Width, image.Height));
        _width = Math.Max(1, (int)(image.Width * _scale));
        _height = Math.Max(1, (int)(image.Height * _scale));
        _pixels = new byte[3 * _width * _height];
    }

    /// <summary>Reads every so many-th row of the image, and of it every so many-th pixel; samples that are no bytes are stretched to them.</summary>
    /// <exception cref="ImageException">The image can't be read.</exception>
    public static PreviewPicture Of(ImageFile image, CancellationToken cancellationToken)
    {
        if (image.Header.SampleType != "Byte")
            image.Apply(ImageStatistics.StretchOf(image, RangeAdjustment.Percentile));
        var header = image.Header;
        var picture = new PreviewPicture(header);
        var row = new byte[image.BytesOf(new PixelWindow(0, 0, header.Width, 1))];
        for (var y = 0; y < picture._height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var source = Math.Min(header.Height - 1, (int)((y + 0.5) / picture._scale));
            image.Read(new PixelWindow(0, source, header.Width, 1), row);
            picture.Set(y, row, header);
        }

        return picture;
    }

    /// <summary>Draws a box of the image's pixels.</summary>
    public void Frame(in PixelBounds box)
    {
        var left = Math.Clamp((int)(box.MinX * _scale), 0, _width - 1);
        var top = Math.Clamp((int)(box.MinY * _scale), 0, _height - 1);
        var right = Math.Clamp((int)(box.MaxX * _scale), left, _width - 1);
        var bottom = Math.Clamp((int)(box.MaxY * _scale), top, _height - 1);
        for (var x = left; x <= right; x++)
        {
            Paint(x, top);
            Paint(x, bottom);
        }

        for (var y = top; y <= bottom; y++)
        {
            Paint(left, y);
            Paint(right, y);
        }
    }

    public void Save(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        PngWriter.Write(file, _pixels, _width, _height, 3);
    }

    private void Set(int y, ReadOnlySpan<byte> row, ImageHeader image)
    {
        for (var x = 0; x < _width; x++)
        {
            var source = Math.Min(image.Width - 1, (int)((x + 0.5) / _scale));
            for (var color = 0; color < 3; color++)
                _pixels[(3 * ((y * _width) + x)) + color] = row[((image.Bands < 3 ? 0 : color) * image.Width) + source];
        }
    }

    private void Paint(int x, int y) => FrameColor.CopyTo(_pixels.AsSpan(3 * ((y * _width) + x)));
}
