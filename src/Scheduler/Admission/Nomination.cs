using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Admission;

/// <summary>What one walk over an endpoint variant's queue decided.</summary>
/// <param name="Candidates">Jobs to be admitted, in order.</param>
/// <param name="PassedOver">Jobs that were looked at and stay, with their reasons, in order.</param>
/// <param name="MayHaveMore">True when the walk ended because the batch was full, or at the end of what had been read.</param>
/// <param name="VirtualTime">Fair queueing: the endpoint variant's virtual time afterwards.</param>
/// <param name="Shares">Fair queueing: the finish tags of tenants that were served.</param>
internal sealed record Nomination(
    IReadOnlyList<AdmissionCandidate> Candidates, IReadOnlyList<WaitingVerdict> PassedOver, bool MayHaveMore,
    double VirtualTime, IReadOnlyDictionary<string, double> Shares);
