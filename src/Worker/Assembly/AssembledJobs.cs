using System.Threading.Channels;

namespace Swath.Worker.Assembly;

/// <summary>Jobs whose result this process has just written: their checkpoints can go as soon as the saga has heard of it.</summary>
public sealed class AssembledJobs
{
    private const int Most = 10_000;

    // What finds no room is found by the sweep that comes every minute.
    private readonly Channel<Guid> _jobs = Channel.CreateBounded<Guid>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Notes a job. Never waits.</summary>
    public void Add(Guid jobId) => _jobs.Writer.TryWrite(jobId);

    /// <summary>Waits until there is one at least.</summary>
    internal async Task WaitAsync(CancellationToken cancellationToken) => await _jobs.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Takes those that are there.</summary>
    internal IReadOnlyList<Guid> Take()
    {
        List<Guid> jobs = [];
        while (_jobs.Reader.TryRead(out var job))
            jobs.Add(job);
        return jobs;
    }
}
