using Swath.Testing;

namespace Swath.EndToEnd.Tests.Door;

/// <summary>RabbitMQ's Python client, as an independent one (Debian's python3-pika).</summary>
internal static class Pika
{
    private const string Python = "/usr/bin/python3";
    private const string Fence = "```python\n";
    private const string HowToGet = "python3-pika is not installed (./swath test --with-oracles installs it where it can).";

    /// <summary>Runs a script; skips the calling test, loudly, where there is no pika.</summary>
    public static async Task<string> RunAsync(string script, Dictionary<string, string> environment, params string[] arguments)
    {
        try
        {
            await ExternalTool.RunAsync(Python, ["-c", "import pika"]);
        }
        catch (InvalidOperationException)
        {
            Skip.If(true, HowToGet);
        }

        return (await ExternalTool.RunAsync(Python, ["-c", script, .. arguments], environment: environment)).Trim();
    }

    /// <summary>The Python of docs/messages.md.</summary>
    public static string Snippet()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "messages.md")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "messages.md"));
        var from = page.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;
        return page[from..page.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
