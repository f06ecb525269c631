using System.Numerics;
using System.Runtime.Intrinsics;

namespace Swath.Host.SampleModels.Detecting;

/// <summary>Finds the runs of pixels above their block's threshold, 16 pixels at a time.</summary>
internal static class BrightRuns
{
    public static List<PixelRun> Find(Brightness brightness, byte[] thresholds)
    {
        var runs = new List<PixelRun>(4096);
        for (var y = 0; y < brightness.Height; y++)
        {
            var blocks = thresholds.AsSpan(y / Brightness.Block * brightness.BlocksAcross, brightness.BlocksAcross);
            FindInRow(brightness, blocks, y, runs);
        }

        return runs;
    }

    private static void FindInRow(Brightness brightness, ReadOnlySpan<byte> thresholds, int y, List<PixelRun> runs)
    {
        var start = -1;
        for (var block = 0; block < thresholds.Length; block++)
        {
            var x = block * Brightness.Block;
            var pixels = Vector128.LoadUnsafe(ref brightness.Pixels[(y * brightness.Stride) + x]);
            var bright = Vector128.GreaterThan(pixels, Vector128.Create(thresholds[block])).ExtractMostSignificantBits();
            // The usual blocks: nothing begins or ends in them.
            if (bright == (start >= 0 ? 0xFFFFu : 0u))
                continue;
            Split(bright, x, y, ref start, runs, brightness.Width);
        }

        if (start >= 0 && start < brightness.Width)
            runs.Add(new PixelRun(y, start, brightness.Width));
    }

    private static void Split(uint bright, int x, int y, ref int start, List<PixelRun> runs, int width)
    {
        for (var bit = 0; bit < Brightness.Block;)
        {
            var rest = start >= 0 ? ~bright >> bit : bright >> bit;
            var next = bit + BitOperations.TrailingZeroCount(rest);
            if (next >= Brightness.Block)
                return;
            if (start < 0)
            {
                start = x + next;
            }
            else
            {
                if (start < width)
                    runs.Add(new PixelRun(y, start, Math.Min(width, x + next)));
                start = -1;
            }

            bit = next;
        }
    }
}
