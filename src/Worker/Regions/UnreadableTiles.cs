namespace Swath.Worker.Regions;

/// <summary>
/// Counts, for each job, the tiles that could not be read one after another, over all its regions in this process: an image that holds nothing of what
/// its header claims is given up before every tile of it was tried. Any number of threads.
/// </summary>
internal sealed class UnreadableTiles
{
    private const int MostJobs = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _inRow = [];
    private readonly Queue<Guid> _order = [];

    /// <summary>How many there were since the last tile of the job that could be read.</summary>
    public int Of(Guid job)
    {
        lock (_lock)
            return _inRow.GetValueOrDefault(job);
    }

    /// <summary>One more; the oldest job is forgotten when there are too many.</summary>
    public void Add(Guid job)
    {
        lock (_lock)
        {
            if (_inRow.TryAdd(job, 0))
            {
                _order.Enqueue(job);
                if (_order.Count > MostJobs)
                    _inRow.Remove(_order.Dequeue());
            }

            _inRow[job] = _inRow.GetValueOrDefault(job) + 1;
        }
    }

    /// <summary>A tile was read.</summary>
    public void Clear(Guid job)
    {
        lock (_lock)
        {
            if (_inRow.ContainsKey(job))
                _inRow[job] = 0;
        }
    }
}
