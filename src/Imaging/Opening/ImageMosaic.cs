using System.Buffers;
using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>An image that a file holds in several pieces, which are read as one.</summary>
internal sealed class ImageMosaic(IReadOnlyList<(ImageFile Image, PixelWindow Window)> parts) : IDisposable
{
    /// <summary>The piece that speaks for all: they have the same samples.</summary>
    public ImageFile First => parts[0].Image;

    /// <summary>Columns of the whole.</summary>
    public int Width => parts.Max(part => part.Window.Right);

    /// <summary>Rows of the whole.</summary>
    public int Height => parts.Max(part => part.Window.Bottom);

    public IReadOnlyList<(ImageFile Image, PixelWindow Window)> Parts => parts;

    /// <summary>The whole's header.</summary>
    /// <param name="place">Control points of the whole; null: the first piece says where it is.</param>
    public ImageHeader Header(DatasetHandle? place) => First.Header with
    {
        Width = Width,
        Height = Height,
        Georeferencing = place is null ? First.Header.Georeferencing : Georeferencing.GroundControlPoints,
    };

    /// <exception cref="ImageException">The pieces don't fit each other, or claim too much together.</exception>
    public void Check(string given, ImagingLimits limits)
    {
        var first = parts[0].Image.Header;
        foreach (var (image, window) in parts)
        {
            var own = image.Header;
            if (own.Bands != first.Bands || own.SampleType != first.SampleType || own.Width != window.Width || own.Height != window.Height)
            {
                throw new ImageException(ImageErrorKind.NotAnImage, given,
                    $"its image segments are parts of one picture, but one has {first.Bands} bands of {first.SampleType} and another {own.Bands} of {own.SampleType}: they can't be joined");
            }
        }

        ImageOpening.CheckSize(given, Width, Height, limits);
    }

    /// <summary>Reads a window of the whole, as <see cref="ImageFile.Read"/> does.</summary>
    public void Read(PixelWindow window, Span<byte> target, SampleOrder order)
    {
        foreach (var (image, at) in parts)
        {
            if (!at.Intersects(window))
                continue;
            int left = Math.Max(at.X, window.X), top = Math.Max(at.Y, window.Y);
            var shared = new PixelWindow(left, top, Math.Min(at.Right, window.Right) - left, Math.Min(at.Bottom, window.Bottom) - top);
            var own = shared with { X = left - at.X, Y = top - at.Y };
            var bytes = checked((int)image.BytesOf(own));
            var piece = ArrayPool<byte>.Shared.Rent(bytes);
            try
            {
                image.Read(own, piece.AsSpan(0, bytes), order);
                Copy(piece.AsSpan(0, bytes), shared, target, window, image.Header.Bands, image.BytesPerSample, order);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }
    }

    public void Dispose()
    {
        foreach (var (image, _) in parts)
            image.Dispose();
    }

    private static void Copy(ReadOnlySpan<byte> piece, PixelWindow shared, Span<byte> target, PixelWindow window, int bands, int sample, SampleOrder order)
    {
        var (planes, pixel) = order == SampleOrder.PixelInterleaved ? (1, bands * sample) : (bands, sample);
        int pieceLine = shared.Width * pixel, targetLine = window.Width * pixel;
        for (var plane = 0; plane < planes; plane++)
        {
            var from = plane * shared.Height * pieceLine;
            var to = (plane * window.Height * targetLine) + ((shared.Y - window.Y) * targetLine) + ((shared.X - window.X) * pixel);
            for (var row = 0; row < shared.Height; row++)
                piece.Slice(from + (row * pieceLine), pieceLine).CopyTo(target[(to + (row * targetLine))..]);
        }
    }
}
