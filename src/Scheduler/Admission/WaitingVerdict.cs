using Swath.Contracts;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Admission;

/// <summary>Why a job was passed over.</summary>
/// <param name="Job">The job.</param>
/// <param name="Reason">The kind of reason.</param>
/// <param name="Detail">What exactly stands in the way; names only figures that stay as they are, so that it is written once.</param>
/// <param name="Refusal">Where no worker takes it: the kind of rule that refuses.</param>
internal sealed record WaitingVerdict(WaitingJob Job, WaitingReason Reason, string Detail, AffinityRefusal? Refusal = null)
{
    /// <summary>True when the job's row says something else.</summary>
    public bool IsNew => Job.Reason != Reason || Job.Detail != Detail;
}
