using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Swath.Host.SampleModels.Detecting;

/// <summary>
/// A tile as one band of 8 bits, padded to whole blocks of 16 x 16 by repeating its edge. Of a colour tile it is the mean of
/// the first two bands: blue says little, because water scatters it.
/// </summary>
internal sealed class Brightness : IDisposable
{
    public const int Block = 16;

    private Brightness(int width, int height)
    {
        (Width, Height) = (width, height);
        (BlocksAcross, BlocksDown) = ((width + Block - 1) / Block, (height + Block - 1) / Block);
        Stride = BlocksAcross * Block;
        Pixels = ArrayPool<byte>.Shared.Rent(Stride * BlocksDown * Block);
    }

    public int Width { get; }

    public int Height { get; }

    public int Stride { get; }

    public int BlocksAcross { get; }

    public int BlocksDown { get; }

    public byte[] Pixels { get; private set; }

    /// <param name="pixels">Band-sequential, 8 bits.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bands">1 or more; beyond two the others are left out.</param>
    public static Brightness Of(ReadOnlySpan<byte> pixels, int width, int height, int bands)
    {
        var brightness = new Brightness(width, height);
        var first = pixels[..(width * height)];
        var second = bands >= 3 ? pixels.Slice(width * height, width * height) : first;
        for (var y = 0; y < height; y++)
        {
            var row = brightness.Pixels.AsSpan(y * brightness.Stride, brightness.Stride);
            Mean(first.Slice(y * width, width), second.Slice(y * width, width), row);
            row[width..].Fill(row[width - 1]);
        }

        var last = brightness.Pixels.AsSpan((height - 1) * brightness.Stride, brightness.Stride);
        for (var y = height; y < brightness.BlocksDown * Block; y++)
            last.CopyTo(brightness.Pixels.AsSpan(y * brightness.Stride));
        return brightness;
    }

    public void Dispose()
    {
        var pixels = Pixels;
        Pixels = [];
        if (pixels.Length > 0)
            ArrayPool<byte>.Shared.Return(pixels);
    }

    private static void Mean(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> mean)
    {
        var x = 0;
        for (; x + Vector256<byte>.Count <= a.Length; x += Vector256<byte>.Count)
        {
            var (va, vb) = (Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(a), (nuint)x), Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(b), (nuint)x));
            // The mean without a ninth bit: what both share, and half of what they don't.
            ((va & vb) + (((va ^ vb) >> 1) & Vector256.Create((byte)0x7F))).StoreUnsafe(ref MemoryMarshal.GetReference(mean), (nuint)x);
        }

        for (; x < a.Length; x++)
            mean[x] = (byte)((a[x] + b[x]) >> 1);
    }
}
