using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using Swath.Bench.Load;

namespace Swath.Bench.Flush;

/// <summary>
/// <c>bench flush</c>: the same load on one endpoint with PostgreSQL as it is and with every flush slower, by turns: what a slow disk costs when
/// commits are shared and nobody waits for another's.
/// </summary>
internal static class FlushBench
{
    private const int WarmUp = 1_000;
    private const int Commits = 200;

    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 0, also where flushes can't be slowed down here; 1 when they were not slowed down; 2 when an argument can't be understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (FlushSettings.TryRead(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"usage: bench flush {FlushSettings.Usage}");
            return 2;
        }

        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"swath-bench-{Environment.ProcessId}"))).FullName;
        try
        {
            if (SlowFlush.TryCompile(folder, settings.Delay, out var problem) is not { } library)
            {
                Console.WriteLine($"Not measured: {problem}.");
                return 0;
            }

            return await CompareAsync(settings, library) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> CompareAsync(FlushSettings settings, string library)
    {
        Console.WriteLine($"machine   {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        Print($"scenario  {settings.Jobs} jobs of one region, {settings.AtOnce} under way on one endpoint; every flush {settings.Delay.TotalMilliseconds} ms slower; {settings.Repetitions} repetitions by turns, each on a new database");
        List<(double Flush, double JobsPerSecond)> usual = [], slow = [];

        // The first one measures the JIT compiler.
        await MeasureAsync(settings);
        for (var repetition = 0; repetition < settings.Repetitions; repetition++)
        {
            usual.Add(await MeasureAsync(settings));
            using var slowly = SlowFlush.Begin(library);
            slow.Add(await MeasureAsync(settings));
        }

        var (before, after) = (Median(usual.Select(m => m.Flush)), Median(slow.Select(m => m.Flush)));
        Print($"flush p50 (a row a commit, {Commits} commits): {before:N2} ms, slowed down {after:N2} ms");
        Print($"jobs/s: {Median(usual.Select(m => m.JobsPerSecond)):N0} ({All(usual)}), slowed down {Median(slow.Select(m => m.JobsPerSecond)):N0} ({All(slow)})");
        Print($"throughput slowed down / as it is: {Median(slow.Select(m => m.JobsPerSecond)) / Median(usual.Select(m => m.JobsPerSecond)):P0}");
        if (after - before >= 0.8 * settings.Delay.TotalMilliseconds)
            return true;
        Console.WriteLine("  INVALID: the flushes were not slowed down");
        return false;
    }

    private static async Task<(double Flush, double JobsPerSecond)> MeasureAsync(FlushSettings settings)
    {
        await using var server = await PrivateServer.StartAsync();
        var flush = await FlushAsync(server.Postgres.DataSource);
        await using var product = await LoadedProduct.ComposeAsync(server.Home);
        await product.StartAsync();
        using var loop = new JobLoop(product);
        await loop.RunAsync(WarmUp, settings.AtOnce, number => LoadedProduct.Request(number, endpoints: 1));
        var watch = Stopwatch.StartNew();
        await loop.RunAsync(settings.Jobs, settings.AtOnce, number => LoadedProduct.Request(number, endpoints: 1));
        return (flush, settings.Jobs / watch.Elapsed.TotalSeconds);
    }

    // One after the other: each waits for a flush of its own.
    private static async Task<double> FlushAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("create table flushed (n int)", connection))
            await create.ExecuteNonQueryAsync();
        var times = new List<double>();
        await using var insert = new NpgsqlCommand("insert into flushed values (1)", connection);
        for (var commit = 0; commit < Commits; commit++)
        {
            var watch = Stopwatch.StartNew();
            await insert.ExecuteNonQueryAsync();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        await using var drop = new NpgsqlCommand("drop table flushed", connection);
        await drop.ExecuteNonQueryAsync();
        return Median(times);
    }

    private static string All(IEnumerable<(double Flush, double JobsPerSecond)> measurements) =>
        string.Join(", ", measurements.Select(m => FormattableString.Invariant($"{m.JobsPerSecond:N0}")));

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2;
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
