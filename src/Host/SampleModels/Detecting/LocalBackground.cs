using System.Runtime.Intrinsics;

namespace Swath.Host.SampleModels.Detecting;

/// <summary>
/// What is usual around each block of 16 x 16 pixels: mean and deviation over the blocks near by, by integral images, taken
/// twice: the second time only over blocks no brighter than the first mean, so that a quay beside a ship does not hide it.
/// </summary>
internal sealed class LocalBackground
{
    private const int Block = Brightness.Block;
    private const int PixelsPerBlock = Block * Block;

    private readonly int _across;
    private readonly float[] _mean;
    private readonly float[] _deviation;

    private LocalBackground(int across, float[] mean, float[] deviation) => (_across, _mean, _deviation) = (across, mean, deviation);

    /// <summary>The usual brightness at a pixel.</summary>
    public float MeanAt(int x, int y) => _mean[(y / Block * _across) + (x / Block)];

    /// <param name="brightness">The tile.</param>
    /// <param name="reach">Blocks on each side that count.</param>
    public static LocalBackground Of(Brightness brightness, int reach)
    {
        int across = brightness.BlocksAcross, down = brightness.BlocksDown;
        var sums = new float[across * down];
        var squares = new float[across * down];
        Sum(brightness, sums, squares);
        var all = new float[across * down];
        Array.Fill(all, 1);
        var first = new BoxSums(across, down, all, sums, squares);
        var means = new float[across * down];
        first.ForEach(reach, (i, count, sum, _) => means[i] = (float)(sum / (count * PixelsPerBlock)));
        for (var i = 0; i < all.Length; i++)
        {
            if (sums[i] > (means[i] + 1) * PixelsPerBlock)
                (all[i], sums[i], squares[i]) = (0, 0, 0);
        }

        var second = new BoxSums(across, down, all, sums, squares);
        var deviations = new float[across * down];
        second.ForEach(reach, (i, count, sum, square) =>
        {
            if (count == 0)
                return;
            var mean = sum / (count * PixelsPerBlock);
            means[i] = (float)mean;
            deviations[i] = (float)Math.Sqrt(Math.Max(0, (square / (count * PixelsPerBlock)) - (mean * mean)));
        });
        return new LocalBackground(across, means, deviations);
    }

    /// <summary>
    /// The brightness of each block above which a pixel is unusual, 0..255; 255 is never exceeded. The contrast is bounded
    /// upwards too: blocks that a quay's edge runs through would ask for too much.
    /// </summary>
    public byte[] Thresholds(float deviations, float leastContrast, float mostContrast)
    {
        var thresholds = new byte[_mean.Length];
        for (var i = 0; i < thresholds.Length; i++)
            thresholds[i] = (byte)Math.Clamp(_mean[i] + Math.Clamp(deviations * _deviation[i], leastContrast, mostContrast), 0, 255);
        return thresholds;
    }

    private static void Sum(Brightness brightness, float[] sums, float[] squares)
    {
        for (var by = 0; by < brightness.BlocksDown; by++)
        {
            for (var bx = 0; bx < brightness.BlocksAcross; bx++)
            {
                var sum = Vector128<ushort>.Zero;
                var square = Vector128<uint>.Zero;
                for (var y = 0; y < Block; y++)
                {
                    var pixels = Vector128.LoadUnsafe(ref brightness.Pixels[(((by * Block) + y) * brightness.Stride) + (bx * Block)]);
                    var (low, high) = Vector128.Widen(pixels);
                    sum += low + high;
                    // 255 squared fits 16 bits, two of them do not.
                    var (a, b) = Vector128.Widen(low * low);
                    var (c, d) = Vector128.Widen(high * high);
                    square += a + b + c + d;
                }

                var (sumLow, sumHigh) = Vector128.Widen(sum);
                var i = (by * brightness.BlocksAcross) + bx;
                sums[i] = Vector128.Sum(sumLow + sumHigh);
                squares[i] = Vector128.Sum(square);
            }
        }
    }
}
