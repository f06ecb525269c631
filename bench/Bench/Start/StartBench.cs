using System.Diagnostics;
using System.Runtime.InteropServices;
using Swath.Bench.Load;
using Swath.Host.Composition;
using Swath.Persistence.Embedded;

namespace Swath.Bench.Start;

/// <summary>
/// <c>bench start</c>: how long a process takes from its start to its first delivered message and to health, on a database full of waiting and finished
/// jobs, with what a killed process left behind and what was submitted while none ran.
/// </summary>
internal static class StartBench
{
    /// <summary>What the measured process says last.</summary>
    public const string End = "end";

    private const string Assembly = "Swath.Bench.dll";
    private const int AtOnce = 16;
    private static readonly TimeSpan UntilKilled = TimeSpan.FromSeconds(1);

    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 0, or 2 when an argument can't be understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (StartSettings.TryRead(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"usage: bench start {StartSettings.Usage}");
            return 2;
        }

        Console.WriteLine($"machine   {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        await using var server = await PrivateServer.StartAsync();
        await FillAsync(settings, server.Home, server.Postgres);
        using var measured = ChildProcess.Start(Assembly, [StartedProcess.Verb, server.Home]);
        while (await measured.LineAsync("") is var line && line != End)
            Console.WriteLine(line);
        return 0;
    }

    private static async Task FillAsync(StartSettings settings, string home, EmbeddedPostgres server)
    {
        var watch = Stopwatch.StartNew();
        var jobs = new ClonedJobs(server.DataSource);
        Guid[] finished, waiting;
        using (var killed = ChildProcess.Start(Assembly, [KilledProcess.Verb, home]))
        {
            await killed.LineAsync(KilledProcess.Ready);
            (finished, waiting) = (await jobs.FindAsync("Completed", KilledProcess.OfEach), await jobs.FindAsync("Queued", KilledProcess.OfEach));
            killed.Tell("go on");
            await Task.Delay(UntilKilled, TimeProvider.System);
        }

        // Of what is over, the row that everybody reads: its events would be ten times as many, and nothing at a start may read them.
        await jobs.CloneAsync(waiting, settings.Waiting, await jobs.TablesAsync());
        await jobs.CloneAsync(finished, settings.Finished, ["jobs"]);
        await jobs.SettleAsync();
        await using (var client = await SwathClient.ConnectAsync(new SwathPaths(home), CancellationToken.None))
        {
            await Parallel.ForAsync(0, settings.Undelivered, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, stop) =>
                await client.SubmitAsync(LoadedProduct.Request(number, KilledProcess.Endpoints), stop));
        }

        await using var count = server.DataSource.CreateCommand(
            "select string_agg(jobs || ' ' || state, ', ' order by jobs desc) from (select state, count(*) as jobs from jobs group by state) states");
        Console.WriteLine($"scenario  {await count.ExecuteScalarAsync()}, {settings.Undelivered} submitted since; filled in {watch.Elapsed.TotalSeconds:N0} s");
    }
}
