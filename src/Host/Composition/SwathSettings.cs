using Swath.Host.Commands;

namespace Swath.Host.Composition;

/// <summary>The settings that are read before there is a host: from where the roles read theirs too.</summary>
internal static class SwathSettings
{
    /// <summary><c>appsettings.json</c> in the current folder, and the environment over it.</summary>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public static IConfiguration Load()
    {
        var file = Path.Combine(Environment.CurrentDirectory, "appsettings.json");
        try
        {
            return new ConfigurationBuilder().AddJsonFile(file, optional: true).AddEnvironmentVariables().Build();
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The settings in '{file}' can't be read: {(unreadable.InnerException ?? unreadable).Message}");
        }
    }
}
