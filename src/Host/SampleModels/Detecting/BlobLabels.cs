namespace Swath.Host.SampleModels.Detecting;

/// <summary>Connected components (8 neighbours) of runs, by union-find over neighbouring rows.</summary>
internal sealed class BlobLabels
{
    private readonly Blob[] _blobs;

    private BlobLabels(Blob[] blobs) => _blobs = blobs;

    /// <summary>The component that a run belongs to; the same number for all of its runs.</summary>
    public int RootOf(int run)
    {
        while (_blobs[run].Parent != run)
        {
            _blobs[run].Parent = _blobs[_blobs[run].Parent].Parent;
            run = _blobs[run].Parent;
        }

        return run;
    }

    public ref readonly Blob this[int root] => ref _blobs[root];

    /// <param name="runs">In order of rows, then columns.</param>
    public static BlobLabels Connect(List<PixelRun> runs)
    {
        var blobs = new Blob[runs.Count];
        var labels = new BlobLabels(blobs);
        int above = 0, rowStart = 0;
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            if (run.Y != runs[rowStart].Y)
                (above, rowStart) = (rowStart, i);
            blobs[i] = new Blob { Parent = i, Left = int.MaxValue, Top = int.MaxValue, Right = int.MinValue, Bottom = int.MinValue };
            blobs[i].Add(run);
            while (above < rowStart && (runs[above].Y < run.Y - 1 || runs[above].End < run.Start))
                above++;
            // The last run above may also touch the next run of this row: it is not passed over.
            for (var j = above; j < rowStart && runs[j].Y == run.Y - 1 && runs[j].Start <= run.End; j++)
                labels.Unite(j, i);
        }

        return labels;
    }

    private void Unite(int a, int b)
    {
        (a, b) = (RootOf(a), RootOf(b));
        if (a == b)
            return;
        var (kept, gone) = a < b ? (a, b) : (b, a);
        _blobs[kept].Add(_blobs[gone]);
        _blobs[gone].Parent = kept;
    }
}
