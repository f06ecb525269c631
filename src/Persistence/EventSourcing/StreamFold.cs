namespace Swath.Persistence.EventSourcing;

/// <summary>Folds one stream, event by event, and notices when one is missing.</summary>
internal sealed class StreamFold(StreamModel model, Guid jobId)
{
    private object _state = model.Initial;
    private int _version;
    private DateTimeOffset _updatedAt;
    private VersionGap? _gap;
    private bool _isNewer;

    public Guid JobId => jobId;

    public FoldedStream Result => new(jobId, _version, _updatedAt, _state, _gap, _isNewer);

    /// <exception cref="EventStoreException">The event can't be folded.</exception>
    public void Append(StoredEvent stored)
    {
        if (_gap is null && stored.Version != _version + 1)
            _gap = new VersionGap(_version + 1, stored.Version);
        if (_gap is null && !_isNewer)
            _state = Apply(stored);
        (_version, _updatedAt) = (stored.Version, stored.OccurredAt);
    }

    private object Apply(StoredEvent stored)
    {
        try
        {
            return model.Apply(_state, stored);
        }
        catch (NewerReleaseException)
        {
            _isNewer = true;
            return _state;
        }
        catch (Exception e)
        {
            throw new EventStoreException($"Event {stored.Version} ({stored.Type}) of job {jobId} can't be folded: {e.Message}", e);
        }
    }
}
