using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>Says what a job may read, write and call. Asked once for each request, where it enters Swath.</summary>
public interface IGrantIssuer
{
    /// <param name="way">How the request came in.</param>
    /// <param name="tenant">Whose job it is.</param>
    /// <param name="request">The request, with its tenant; it breaks none of <see cref="ImageRequestRules"/>.</param>
    /// <returns>What is stamped on the request; null: what the settings of the process permit that does the work.</returns>
    Grants? Issue(WayIn way, string tenant, ImageRequested request);
}
