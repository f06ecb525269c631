using Swath.Intake.Submitting;

namespace Swath.Intake.Sqs;

/// <summary>What the consumer tells the gateway beside the message.</summary>
internal sealed class QueueDelivery
{
    /// <summary>What became of the request; null when that is not known: a dispatch that was cancelled may end without an exception.</summary>
    public SubmissionOutcome? Outcome { get; set; }
}
