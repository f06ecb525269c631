using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>Limits no job.</summary>
internal sealed class UnlimitedGrants : IGrantIssuer
{
    public Grants? Issue(WayIn way, string tenant, ImageRequested request) => null;
}
