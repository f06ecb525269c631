using Swath.Imaging;

namespace Swath.Worker.Regions;

/// <summary>What the readers of one region have met, and whether reading on makes sense. Any number of threads.</summary>
/// <param name="job">The region's job.</param>
/// <param name="path">The image as the user named it.</param>
/// <param name="most">How many tiles may be unreadable one after another.</param>
/// <param name="anyRead">Whether a tile was read by an earlier attempt.</param>
/// <param name="jobs">The count over the regions of the job.</param>
internal sealed class ReadingProgress(Guid job, string path, int most, bool anyRead, UnreadableTiles jobs)
{
    // Of a job that has had enough of them, each further region shows with a few whether it is no better: the image may have been mended meanwhile.
    private const int Few = 3;

    private int _inRow;
    private volatile bool _anyRead = anyRead;
    private volatile string _last = "";

    /// <summary>True when a reader's next tile is not to be tried; it is recorded with <see cref="Reason"/>.</summary>
    /// <param name="unreadable">How many tiles this reader could not read one after another: what another one met lies elsewhere in the image.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.ReadFailed"/>: nothing of the region could be read, and it is not worth going on.</exception>
    public bool IsGivenUp(int unreadable)
    {
        var inRow = Volatile.Read(ref _inRow);
        if (!_anyRead && (inRow >= most || (inRow >= Few && jobs.Of(job) >= most)))
            throw new ImageException(ImageErrorKind.ReadFailed, path, $"none of {Math.Max(inRow, jobs.Of(job))} tiles in a row can be read: the image is damaged, or has less than its header claims. The last one: {_last}");
        return unreadable >= most;
    }

    /// <summary>Why a tile was not tried.</summary>
    public string Reason => $"It was not tried: {most} tiles before it could not be read either. The last one: {_last}";

    public void Read()
    {
        Volatile.Write(ref _inRow, 0);
        _anyRead = true;
        jobs.Clear(job);
    }

    public void Failed(string reason)
    {
        _last = reason;
        Interlocked.Increment(ref _inRow);
        jobs.Add(job);
    }
}
