namespace Swath.Intake.Submitting;

/// <summary>What became of a request at the door.</summary>
public abstract record SubmissionOutcome
{
    private SubmissionOutcome()
    {
    }

    /// <summary>It is a job: stored, and on its way to the saga.</summary>
    /// <param name="JobId">The job; of a repeated request, the one that it was before.</param>
    /// <param name="IsNew">False for a request that came before.</param>
    /// <param name="BeginsAgain">True for one that came before and whose job has failed without having begun: it begins anew.</param>
    public sealed record Accepted(Guid JobId, bool IsNew, bool BeginsAgain = false) : SubmissionOutcome;

    /// <summary>It can't be a job. Nothing was stored.</summary>
    /// <param name="Problems">Every rule that it breaks, as sentences.</param>
    public sealed record Refused(IReadOnlyList<string> Problems) : SubmissionOutcome;

    /// <summary>Too many jobs wait already. Nothing was stored; the same request is taken later.</summary>
    /// <param name="Reason">Whose queue is full, as a sentence.</param>
    public sealed record Full(string Reason) : SubmissionOutcome
    {
        /// <summary>When to ask again.</summary>
        public static TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>Its id is that of a job with another content. Nothing was stored.</summary>
    /// <param name="Reason">Which, as a sentence.</param>
    public sealed record Conflict(string Reason) : SubmissionOutcome;
}
