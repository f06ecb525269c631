using System.Diagnostics;

namespace Swath.Bench.Load;

/// <summary>A process of the benchmark, killed with it.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,

            // The jobs of a benchmark wait for slots, and each says so.
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        return new ChildProcess(process);
    }

    /// <summary>The first line it prints that begins so; what comes later is read and dropped.</summary>
    public async Task<string> LineAsync(string beginning)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"A process of the benchmark ended before it said '{beginning}'.");
    }

    /// <summary>Closes its standard input, which it takes for the end, and waits until it has ended.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public void Ignore() => _ = _process.StandardOutput.ReadToEndAsync();

    public void Tell(string line) => _process.StandardInput.WriteLine(line);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
