using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Swath.Bench.Flush;

/// <summary>Makes every flush of the programs that are started while it lasts slower: <c>slow-flush.c</c>, compiled with the machine's own compiler.</summary>
internal sealed class SlowFlush : IDisposable
{
    private const string Variable = "LD_PRELOAD";

    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    private SlowFlush(string library) => Environment.SetEnvironmentVariable(Variable, library);

    /// <summary>Compiles the library.</summary>
    /// <param name="folder">Where it is put: the server's user must be able to read it.</param>
    /// <param name="delay">How much longer a flush takes.</param>
    /// <returns>Its path; null, and <paramref name="problem"/> says why, where it can't be made or preloaded.</returns>
    public static string? TryCompile(string folder, TimeSpan delay, out string problem)
    {
        problem = "";
        if (!OperatingSystem.IsLinux())
        {
            problem = "flushes are slowed down by LD_PRELOAD, which this system has not";
            return null;
        }

        var library = Path.Combine(folder, "slow-flush.so");
        var microseconds = ((long)delay.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
        try
        {
            using var compiler = Process.Start(
                "cc", ["-O2", "-shared", "-fPIC", $"-DMICROSECONDS={microseconds}", "-o", library, Path.Combine(AppContext.BaseDirectory, "Flush", "slow-flush.c"), "-ldl"]);
            compiler.WaitForExit();
            if (compiler.ExitCode == 0)
                return library;
            problem = "the C compiler (cc) could not make the library that slows flushes down";
        }
        catch (Win32Exception)
        {
            problem = "there is no C compiler (cc) to make the library that slows flushes down: install gcc";
        }

        return null;
    }

    /// <summary>From now on, until disposed, what is started flushes slowly.</summary>
    public static SlowFlush Begin(string library) => new(library);

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, _before);
}
