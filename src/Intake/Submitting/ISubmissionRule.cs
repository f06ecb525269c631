using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>A rule that a request must satisfy at the door, beside <see cref="ImageRequestRules"/>: one that needs the way in, the grants or the machine.</summary>
public interface ISubmissionRule
{
    /// <param name="way">How the request came in.</param>
    /// <param name="request">The request, with its tenant and grants; it breaks none of <see cref="ImageRequestRules"/>.</param>
    /// <returns>Every way in which it breaks the rule, as a sentence that names the member and says what it may be; empty when it breaks none.</returns>
    IEnumerable<string> Problems(WayIn way, ImageRequested request);
}
