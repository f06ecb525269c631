using Swath.Access;
using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>The command line may do what its user names on it; every other way in what the settings permit to the tenant.</summary>
internal sealed class SettledGrants(GrantSettings settings) : IGrantIssuer
{
    public Grants? Issue(WayIn way, string tenant, ImageRequested request) =>
        way == WayIn.Cli ? RequestAccess.NamedIn(request) : settings.Of(tenant);
}
