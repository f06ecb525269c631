using Spectre.Console;

namespace Swath.Host.Output;

/// <summary>Whether a person watches.</summary>
internal static class Terminal
{
    /// <summary>True when standard output is a terminal that can redraw; otherwise plain lines are written.</summary>
    public static bool IsInteractive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;
}
