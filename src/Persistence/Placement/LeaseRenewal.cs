namespace Swath.Persistence.Placement;

/// <summary>What a heartbeat is answered with.</summary>
/// <param name="WorkerId">The worker that asked.</param>
/// <param name="Renewed">
/// False: another incarnation has taken the name or the worker was struck off. It must stop what it runs and join again.
/// </param>
/// <param name="Draining">The worker was asked to drain: begin nothing new, give back, leave.</param>
/// <param name="Begun">The regions that this incarnation of the worker has begun and still holds; what else it runs was taken from it.</param>
public sealed record LeaseRenewal(string WorkerId, bool Renewed, bool Draining, IReadOnlyList<RegionClaim> Begun);
