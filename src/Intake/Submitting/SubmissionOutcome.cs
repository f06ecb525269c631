namespace Swath.Intake.Submitting;

/// <summary>What became of a request at the door.</summary>
public abstract record SubmissionOutcome
{
    private SubmissionOutcome()
    {
    }

    /// <summary>It is a job: stored, and on its way to the saga.</summary>
    /// <param name="JobId">The job; of a repeated request, the one that it was before.</param>
    /// <param name="IsNew">False for a request that came before: nothing was stored.</param>
    public sealed record Accepted(Guid JobId, bool IsNew) : SubmissionOutcome;

    /// <summary>It can't be a job. Nothing was stored.</summary>
    /// <param name="Problems">Every rule that it breaks, as sentences.</param>
    public sealed record Refused(IReadOnlyList<string> Problems) : SubmissionOutcome;

    /// <summary>Its id is that of a job with another content. Nothing was stored.</summary>
    /// <param name="Reason">Which, as a sentence.</param>
    public sealed record Conflict(string Reason) : SubmissionOutcome;
}
