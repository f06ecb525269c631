using Swath.Contracts;

namespace Swath.Persistence.Capacity;

/// <summary>A job that has left the queue: its open regions, and how much of the endpoint it takes.</summary>
internal sealed class AdmittedJob(AdmissionCandidate candidate, int target, int queueTurn, string? affinity)
{
    private readonly List<AdmittedRegion> _regions = [];
    private readonly List<RegionPlacement> _placements = [];
    private int _load;
    private int _placed;

    public Guid JobId => candidate.JobId;

    public AdmissionCandidate Candidate => candidate;

    public int QueueTurn => queueTurn;

    /// <summary>Its affinity as JSON; null where it has none.</summary>
    public string? Affinity => affinity;

    /// <summary>In the order in which they were added.</summary>
    public IReadOnlyList<AdmittedRegion> Regions => _regions;

    /// <summary>Those that start at once.</summary>
    public IReadOnlyList<RegionPlacement> Placements => _placements;

    /// <summary>Inference requests that are reserved: the job's whole load, or the target where it is larger and has the endpoint alone.</summary>
    public int Reserved => candidate.Alone ? Math.Min(_load, target) : _load;

    /// <summary>Requests of regions that wait for the end of others.</summary>
    public int Beyond => _load - Reserved;

    /// <summary>Adds an open region: it goes to the candidate's next worker, or waits where there is none or the endpoint has no room for it yet.</summary>
    /// <param name="regionId">Its number.</param>
    /// <param name="tiles">Its tiles: never more requests than that are in flight.</param>
    /// <param name="attempt">Its last token.</param>
    /// <exception cref="OverflowException">The load is larger than any endpoint.</exception>
    public void Add(int regionId, int tiles, int attempt)
    {
        var load = Math.Min(tiles, candidate.LoadPerRegion);
        if (candidate.Alone)
            load = Math.Min(load, target);
        _load = checked(_load + load);

        var fits = !candidate.Alone || _placed + load <= target;
        var worker = fits && _placements.Count < candidate.Workers.Count ? candidate.Workers[_placements.Count] : null;
        _regions.Add(new AdmittedRegion(regionId, load, worker, (worker, fits) switch
        {
            ({ }, _) => null,
            (null, true) => "the job has more regions than there were free slots",
            (null, false) => "the job is larger than its endpoint: its regions run as many at once as fit",
        }));
        if (worker is null)
            return;
        _placed += load;
        _placements.Add(new RegionPlacement(regionId, worker, attempt + 1, load));
    }
}

/// <summary>A region of a job that is admitted.</summary>
/// <param name="RegionId">Its number.</param>
/// <param name="Load">Inference requests that it may have in flight.</param>
/// <param name="WorkerId">Where it starts; null: it waits.</param>
/// <param name="Because">Why it waits.</param>
internal sealed record AdmittedRegion(int RegionId, int Load, string? WorkerId, string? Because);
