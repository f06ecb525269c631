using Swath.Host.Commands;

namespace Swath.Host.Composition;

/// <summary>The command line's way of writing <see cref="Roles"/>.</summary>
internal static class RoleList
{
    /// <exception cref="UsageException">A name is no role, or there is none.</exception>
    public static Roles Parse(string names)
    {
        Roles roles = 0;
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= name.ToLowerInvariant() switch
            {
                "intake" => Roles.Intake,
                "scheduler" => Roles.Scheduler,
                "worker" => Roles.Worker,
                _ => throw new UsageException($"There is no role '{name}': --roles takes intake, scheduler and worker, separated by commas."),
            };
        }

        return roles == 0 ? throw new UsageException("--roles names no role: give intake, scheduler and worker, separated by commas.") : roles;
    }

    public static string Format(Roles roles) =>
        string.Join(',', new[] { Roles.Intake, Roles.Scheduler, Roles.Worker }.Where(role => roles.HasFlag(role))).ToLowerInvariant();
}
