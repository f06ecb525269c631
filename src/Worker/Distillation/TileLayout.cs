using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>
/// Where the tiles of a job lie and which of them overlap, over all its regions. Tiles are numbered by their order here;
/// windows may lie in each other, or occur twice, in jobs that were measured before regions shared one grid.
/// </summary>
public sealed class TileLayout
{
    private readonly PixelWindow[] _windows;
    private readonly int[][] _neighbours;

    public TileLayout(IReadOnlyList<PixelWindow> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        _windows = [.. windows];
        _neighbours = FindNeighbours(windows);
    }

    /// <summary>The tiles in pixels of the whole image.</summary>
    public IReadOnlyList<PixelWindow> Windows => _windows;

    /// <summary>One tile.</summary>
    public ref readonly PixelWindow this[int tile] => ref _windows[tile];

    /// <summary>The tiles that share pixels with this one, ascending.</summary>
    public ReadOnlySpan<int> Neighbours(int tile) => _neighbours[tile];

    /// <summary>Whether a box of a tile lies, at least with a point, where another tile was looked at too.</summary>
    public bool IsInOverlap(int tile, in PixelBounds box)
    {
        foreach (var neighbour in _neighbours[tile])
        {
            if (Boxes.Touches(box, _windows[neighbour]))
                return true;
        }

        return false;
    }

    // Each tile is entered in every cell of a grid as coarse as the largest tile (at most four), so that the cost stays linear.
    private static int[][] FindNeighbours(IReadOnlyList<PixelWindow> windows)
    {
        var cell = 1;
        foreach (var window in windows)
            cell = Math.Max(cell, Math.Max(window.Width, window.Height));

        var cells = new Dictionary<(int X, int Y), List<int>>();
        for (var tile = 0; tile < windows.Count; tile++)
        {
            foreach (var key in CellsOf(windows[tile], cell))
            {
                if (!cells.TryGetValue(key, out var members))
                    cells[key] = members = [];
                members.Add(tile);
            }
        }

        var neighbours = new int[windows.Count][];
        var found = new SortedSet<int>();
        for (var tile = 0; tile < windows.Count; tile++)
        {
            found.Clear();
            foreach (var key in CellsOf(windows[tile], cell))
            {
                foreach (var other in cells[key])
                {
                    if (other != tile && windows[other].Intersects(windows[tile]))
                        found.Add(other);
                }
            }

            neighbours[tile] = [.. found];
        }

        return neighbours;
    }

    private static IEnumerable<(int X, int Y)> CellsOf(PixelWindow window, int cell)
    {
        for (var y = window.Y / cell; y <= (window.Bottom - 1) / cell; y++)
        {
            for (var x = window.X / cell; x <= (window.Right - 1) / cell; x++)
                yield return (x, y);
        }
    }
}
