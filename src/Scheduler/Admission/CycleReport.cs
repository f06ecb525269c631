namespace Swath.Scheduler.Admission;

/// <summary>What one admission cycle did.</summary>
/// <param name="Admitted">Jobs that were started.</param>
/// <param name="Resumed">Regions of running jobs that got a worker.</param>
/// <param name="PassedOver">Jobs that were looked at and wait on.</param>
/// <param name="LostRaces">Decisions that another scheduler overtook.</param>
/// <param name="FleetIsFull">Jobs wait for a slot: an end on any endpoint may let jobs of all others run.</param>
/// <param name="Steps">Where the time went.</param>
public sealed record CycleReport(
    int Admitted, int Resumed, int PassedOver, int LostRaces, bool FleetIsFull, IReadOnlyDictionary<string, TimeSpan> Steps);
