using System.Diagnostics;
using System.Globalization;

namespace Swath.Imaging.Tests.Hostile;

/// <summary>A process that works on hostile images; its death and its hanging are answers too.</summary>
internal sealed class Probe : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Process? _process;

    /// <summary>What became of an image, how long it took, and the most memory that the process has had.</summary>
    public async Task<(string Answer, TimeSpan Took, long PeakBytes)> AskAsync(string path)
    {
        _process ??= Start();
        var clock = Stopwatch.StartNew();
        await _process.StandardInput.WriteLineAsync(path);
        await _process.StandardInput.FlushAsync();
        try
        {
            var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            if (line is not null)
            {
                var parts = line.Split('\t');
                return (parts[0], clock.Elapsed, long.Parse(parts[1], CultureInfo.InvariantCulture));
            }

            await _process.WaitForExitAsync().WaitAsync(Patience);
            return End($"ended with {_process.ExitCode}", clock.Elapsed);
        }
        catch (TimeoutException)
        {
            return End($"hung for {Patience.TotalSeconds} s", clock.Elapsed);
        }
    }

    public void Dispose()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        _process = null;
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Swath.Imaging.Probe.dll") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // Two cores on every machine: GDAL decodes JPEG 2000 with a thread for each.
        start.Environment["GDAL_NUM_THREADS"] = "2";
        return Process.Start(start)!;
    }

    private (string Answer, TimeSpan Took, long PeakBytes) End(string answer, TimeSpan took)
    {
        Dispose();
        return (answer, took, 0);
    }
}
