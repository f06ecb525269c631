using Swath.Contracts;

namespace Swath.Persistence.Placement;

/// <summary>The regions of one job, as they are written down before the job is queued.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Kind">The job's kind, which anti-affinity of other jobs refers to.</param>
/// <param name="Regions">At least one region.</param>
public sealed record PlannedRegions(Guid JobId, string Kind, IReadOnlyList<ImageRegion> Regions);
