using Spectre.Console;

namespace Swath.Host.Output;

/// <summary>What people read: lines in which nothing that others wrote moves the cursor or colours the rest. See <see cref="Printable"/>.</summary>
internal static class Terminal
{
    /// <summary>True when standard output is a terminal that can redraw; otherwise plain lines are written.</summary>
    public static bool IsInteractive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    /// <summary>Columns of the terminal; null where standard output is none and lines may have any length.</summary>
    public static int? Columns => Console.IsOutputRedirected ? null : AnsiConsole.Profile.Width;

    /// <summary>One line on standard output.</summary>
    public static void WriteLine(string line) => Console.Out.WriteLine(Printable.Of(line));

    /// <summary>An empty line on standard output.</summary>
    public static void WriteLine() => Console.Out.WriteLine();

    /// <summary>One line on standard error; several where the text has them.</summary>
    public static void WriteError(string text)
    {
        foreach (var line in text.Split(Environment.NewLine))
            Console.Error.WriteLine(Printable.Of(line));
    }
}
