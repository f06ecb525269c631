using System.Diagnostics;

namespace Swath.Testing;

/// <summary>An independent program that a test compares with (gdaltransform, gdalinfo, psql, python3 ...).</summary>
public static class ExternalTool
{
    /// <summary>Runs it and returns its output; skips the calling test when the program is not installed.</summary>
    /// <param name="program">Its name, looked up in PATH, or its absolute path.</param>
    /// <param name="arguments">Passed as they are; no shell is involved.</param>
    /// <param name="input">Written to its standard input.</param>
    /// <param name="environment">Variables to set for it, beside those of this process.</param>
    /// <exception cref="InvalidOperationException">It ended with an error; the message has what it said.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        Skip.IfNot(IsInstalled(program), $"{program} is not installed (./swath test --with-oracles installs it where it can).");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
        return await output;
    }

    /// <summary>Whether PATH has the program, or its absolute path exists.</summary>
    public static bool IsInstalled(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
