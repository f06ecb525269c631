using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>Covers an area with tiles of one size, and deals them out to regions. One rule for whoever measures and whoever cuts.</summary>
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
    public static IReadOnlyList<PixelWindow> Cover(PixelWindow area, int size, int overlap) => Within(area, area, size, overlap);

    /// <summary>How many windows <see cref="Cover"/> returns, without making them.</summary>
    public static long Count(PixelWindow area, int size, int overlap)
    {
        var (columns, rows) = Axes(area, size, overlap);
        return (long)columns.Count * rows.Count;
    }

    /// <summary>
    /// The regions of an area, row by row. A tile belongs to the region in whose cell its origin lies, so that each belongs to one and a
    /// region reaches beyond its cell by less than a tile. A region's window is the smallest around its tiles; windows of neighbours overlap as their tiles do.
    /// </summary>
    /// <param name="area">What is covered; width and height 1 or more. Cells are counted from its corner.</param>
    /// <param name="size">Width and height of a full tile in pixels, 1 or more.</param>
    /// <param name="overlap">Least pixels that tiles share, 0..size-1.</param>
    /// <param name="cell">Width and height of a cell in pixels, 1 or more.</param>
    public static IEnumerable<PixelWindow> Regions(PixelWindow area, int size, int overlap, int cell)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cell, 1);
        var (columns, rows) = Axes(area, size, overlap);
        return
            from row in rows.Cells(cell)
            from column in columns.Cells(cell)
            let x = columns.Origin(column.First)
            let y = rows.Origin(row.First)
            select new PixelWindow(
                area.X + x, area.Y + y,
                columns.Origin(column.End - 1) + columns.Extent - x, rows.Origin(row.End - 1) + rows.Extent - y);
    }

    /// <summary>The tiles of an area that lie wholly in a part of it, row by row: for a window of <see cref="Regions"/> the region's tiles.</summary>
    /// <param name="area">What is covered as a whole.</param>
    /// <param name="part">The part, in the same pixels.</param>
    /// <param name="size">Width and height of a full tile in pixels, 1 or more.</param>
    /// <param name="overlap">Least pixels that tiles share, 0..size-1.</param>
    public static IReadOnlyList<PixelWindow> Within(PixelWindow area, PixelWindow part, int size, int overlap)
    {
        var (columns, rows) = Axes(area, size, overlap);
        var (left, right) = columns.Within((long)part.X - area.X, (long)part.Right - area.X);
        var (top, bottom) = rows.Within((long)part.Y - area.Y, (long)part.Bottom - area.Y);
        var across = Math.Max(0, right - left);
        var windows = new PixelWindow[checked(across * Math.Max(0, bottom - top))];
        for (var i = 0; i < windows.Length; i++)
        {
            windows[i] = new(
                area.X + columns.Origin(left + (i % across)), area.Y + rows.Origin(top + (i / across)), columns.Extent, rows.Extent);
        }

        return windows;
    }

    private static (TileAxis Columns, TileAxis Rows) Axes(PixelWindow area, int size, int overlap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(area.Width, 1, nameof(area));
        ArgumentOutOfRangeException.ThrowIfLessThan(area.Height, 1, nameof(area));
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(overlap, size);
        return (new(area.Width, size, overlap), new(area.Height, size, overlap));
    }
}
