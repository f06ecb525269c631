using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>Cuts an area into windows of one size: an image into regions, a region into tiles.</summary>
public static class TileGrid
{
    /// <summary>
    /// The windows that cover an area, row by row. Each is full-size (along an axis on which the area is at least that long), none leaves
    /// the area, and neighbours share at least <paramref name="overlap"/> pixels: what does not divide evenly is spread over all overlaps.
    /// Along an axis on which the area is shorter than a tile, there is one tile of the area's length.
    /// </summary>
    /// <param name="area">What is covered; width and height 1 or more.</param>
    /// <param name="size">Width and height of a full window in pixels, 1 or more.</param>
    /// <param name="overlap">Least pixels that neighbours share, 0..size-1.</param>
    public static IReadOnlyList<PixelWindow> Cover(PixelWindow area, int size, int overlap)
    {
        Check(area, size, overlap);
        int columns = CountAlong(area.Width, size, overlap), rows = CountAlong(area.Height, size, overlap);
        int width = Math.Min(size, area.Width), height = Math.Min(size, area.Height);
        var windows = new PixelWindow[checked(columns * rows)];
        for (var row = 0; row < rows; row++)
        {
            var y = area.Y + Offset(row, rows, area.Height, size);
            for (var column = 0; column < columns; column++)
                windows[(row * columns) + column] = new(area.X + Offset(column, columns, area.Width, size), y, width, height);
        }

        return windows;
    }

    /// <summary>How many windows <see cref="Cover"/> returns, without making them.</summary>
    public static long Count(PixelWindow area, int size, int overlap)
    {
        Check(area, size, overlap);
        return (long)CountAlong(area.Width, size, overlap) * CountAlong(area.Height, size, overlap);
    }

    private static void Check(PixelWindow area, int size, int overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(area.Width, 1, nameof(area));
        ArgumentOutOfRangeException.ThrowIfLessThan(area.Height, 1, nameof(area));
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(overlap, size);
    }

    private static int CountAlong(int length, int size, int overlap)
    {
        if (length <= size)
            return 1;
        long step = size - overlap;
        return (int)((length - overlap + step - 1L) / step);
    }

    // The first window starts at 0, the last at length - size; the steps between differ by one pixel at most and never exceed size - overlap.
    private static int Offset(int index, int count, int length, int size) =>
        count == 1 ? 0 : (int)((long)index * (length - size) / (count - 1));
}
