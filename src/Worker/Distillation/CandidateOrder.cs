namespace Swath.Worker.Distillation;

/// <summary>
/// Who comes first: a total order that depends on what the features are, never on when they arrived. By score (high first),
/// box, class, the tile's window, the tile's number, and the place in the tile's answer.
/// </summary>
internal static class CandidateOrder
{
    public static int Compare(DistillationCandidate[] candidates, int left, int right, TileLayout layout) =>
        Compare(candidates[left], candidates[right], candidates[left].Score, candidates[right].Score, layout);

    /// <summary>The same with scores that soft NMS has lowered.</summary>
    public static int Compare(in DistillationCandidate a, in DistillationCandidate b, double scoreA, double scoreB, TileLayout layout)
    {
        var order = scoreB.CompareTo(scoreA);
        if (order == 0)
            order = Boxes.Compare(a.Bounds, b.Bounds);
        if (order == 0)
            order = a.Class.CompareTo(b.Class);
        if (order == 0 && a.Tile != b.Tile)
            order = CompareTiles(a.Tile, b.Tile, layout);
        return order == 0 ? a.Index.CompareTo(b.Index) : order;
    }

    /// <summary>
    /// Sorts members by a key, low first, and equals by <see cref="Compare(DistillationCandidate[], int, int, TileLayout)"/>: most
    /// keys differ, and sorting plain numbers is several times faster than calling back for each pair.
    /// </summary>
    public static void Sort(DistillationCandidate[] candidates, int[] members, double[] keys, TileLayout layout)
    {
        Array.Sort(keys, members);
        var comparer = Comparer<int>.Create((a, b) => Compare(candidates, a, b, layout));
        for (var start = 0; start < members.Length;)
        {
            var end = start + 1;
            while (end < members.Length && keys[end] == keys[start])
                end++;
            if (end - start > 1)
                Array.Sort(members, start, end - start, comparer);
            start = end;
        }
    }

    private static int CompareTiles(int a, int b, TileLayout layout)
    {
        var first = layout[a];
        var second = layout[b];
        var order = first.Y.CompareTo(second.Y);
        if (order == 0)
            order = first.X.CompareTo(second.X);
        return order == 0 ? a.CompareTo(b) : order;
    }
}
