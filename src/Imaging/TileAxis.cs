namespace Swath.Imaging;

/// <summary>The tiles along one axis of an area; positions are counted from the area's edge.</summary>
/// <param name="Length">The area's length in pixels, 1 or more.</param>
/// <param name="Size">Length of a full tile in pixels, 1 or more.</param>
/// <param name="Overlap">Least pixels that neighbours share, 0..size-1.</param>
internal readonly record struct TileAxis(int Length, int Size, int Overlap)
{
    /// <summary>How many tiles there are, 1 or more.</summary>
    public int Count
    {
        get
        {
            if (Length <= Size)
                return 1;
            long step = Size - Overlap;
            return (int)((Length - Overlap + step - 1L) / step);
        }
    }

    /// <summary>Length of each tile: a full one, or the area's where that is shorter.</summary>
    public int Extent => Math.Min(Size, Length);

    /// <summary>
    /// Where a tile begins. The first is at 0, the last at length - size; the steps between differ by one pixel at most and never exceed
    /// size - overlap.
    /// </summary>
    public int Origin(int index)
    {
        var count = Count;
        return count == 1 ? 0 : (int)((long)index * (Length - Size) / (count - 1));
    }

    /// <summary>The tiles that lie wholly between two positions: the first, and the one behind the last.</summary>
    public (int First, int End) Within(long from, long to) => (FirstFrom(from), FirstFrom(to - Extent + 1));

    /// <summary>The tiles cell by cell, each in the one that its origin lies in; a cell without any is left out.</summary>
    /// <param name="cell">Length of a cell in pixels, 1 or more.</param>
    public IEnumerable<(int First, int End)> Cells(int cell)
    {
        var count = Count;
        for (var first = 0; first < count;)
        {
            var end = FirstFrom(((Origin(first) / (long)cell) + 1) * cell);
            yield return (first, end);
            first = end;
        }
    }

    // The first tile that begins at a position or behind it; the number of tiles when none does.
    private int FirstFrom(long position)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Origin(middle) < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
