using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Archive;

/// <summary>Proves of a file of an archive that it is whole and unchanged, that no event of its jobs is missing, and that they still fold to jobs that are over.</summary>
/// <param name="model">The stream.</param>
public sealed class ArchiveCheck(StreamModel model)
{
    /// <summary>Reads all of a file.</summary>
    /// <returns>How many jobs it has.</returns>
    /// <exception cref="ArchiveException">It is no archive, is damaged, or holds what is no job.</exception>
    public async Task<int> RunAsync(string path, CancellationToken cancellationToken = default)
    {
        var jobs = 0;
        await foreach (var job in ArchiveFile.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            Fold(job);
            jobs++;
        }

        return jobs;
    }

    /// <exception cref="ArchiveException">It is no job that is over.</exception>
    internal FoldedStream Fold(ArchivedJob job)
    {
        var fold = new StreamFold(model, job.JobId);
        try
        {
            foreach (var stored in job.Events)
                fold.Append(new StoredEvent(stored.Version, stored.MessageId, stored.Type, stored.Data, stored.OccurredAt));
        }
        catch (EventStoreException e)
        {
            throw new ArchiveException(e.Message, e);
        }

        var stream = fold.Result;
        return stream switch
        {
            { IsNewer: true } => throw new ArchiveException($"Job {job.JobId} has events of a newer release: use that release."),
            { Gap: { } gap } => throw new ArchiveException($"Job {job.JobId} has no event {gap.Expected}, but event {gap.Found}."),
            _ when !model.FinalStates.Contains(model.StatusOf(stream.State)) => throw new ArchiveException($"Job {job.JobId} is not over: its events leave it {model.StatusOf(stream.State)}."),
            _ => stream,
        };
    }
}
