namespace Swath.Host.Output;

/// <summary>Rows of text in columns that fit a terminal.</summary>
internal sealed class FittedTable(IReadOnlyList<FittedTable.Column> columns)
{
    private const int Gap = 2;

    private readonly List<string[]> _rows = [[.. columns.Select(column => column.Title)]];

    /// <param name="cells">One for each column.</param>
    public void Add(IEnumerable<string> cells) => _rows.Add([.. cells.Select(Printable.Of)]);

    /// <summary>The title and the rows, a line each, no wider than asked.</summary>
    public IEnumerable<string> Lines(int width)
    {
        var natural = columns.Select((_, index) => _rows.Max(row => Printable.Columns(row[index]))).ToArray();
        var least = columns.Select((column, index) => Math.Min(natural[index], column.Least ?? int.MaxValue)).ToArray();
        var shown = Enumerable.Range(0, columns.Count).ToList();
        foreach (var dropped in columns.Index().Where(column => column.Item.Drop > 0).OrderBy(column => column.Item.Drop).Select(column => column.Index))
        {
            if (Needed(shown, least) <= width)
                break;
            shown.Remove(dropped);
        }

        var (widths, left) = (least, width - Needed(shown, least));
        foreach (var index in shown)
        {
            var more = Math.Clamp(natural[index] - widths[index], 0, Math.Max(0, left));
            widths[index] += more;
            left -= more;
        }

        foreach (var row in _rows)
        {
            var line = string.Join(new string(' ', Gap), shown.Select(index => Printable.Fit(row[index], widths[index]))).TrimEnd();
            yield return Printable.Columns(line) <= width ? line : Printable.Fit(line, width).TrimEnd();
        }
    }

    private static int Needed(List<int> shown, int[] widths) => shown.Sum(index => widths[index]) + (Gap * (shown.Count - 1));

    /// <param name="Title">What stands above.</param>
    internal sealed record Column(string Title)
    {
        /// <summary>How many columns of the terminal it can be cut to; never cut when null.</summary>
        public int? Least { get; init; }

        /// <summary>From 1, which is left out first where there is no room; 0: it stays.</summary>
        public int Drop { get; init; }
    }
}
