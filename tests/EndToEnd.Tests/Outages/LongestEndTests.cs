using System.Diagnostics;
using Swath.EndToEnd.Tests.Scaling;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>A process that is told to stop while the database takes every question and answers none.</summary>
public sealed class LongestEndTests
{
    private const double DrainSeconds = 2;

    // 30 s with the default drain of 20.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(DrainSeconds + 10);

    [Fact]
    public async Task Up_TerminatedWhileTheDatabaseHangs_EndsInTime()
    {
        await using var postgres = await OwnPostgres.StartAsync();
        await using var fleet = Fleet.On(postgres.Database, ("WORKER_DRAIN_SECONDS", $"{DrainSeconds}"));
        await using var model = new TileCountingModel();
        var process = await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");
        await fleet.SubmitAsync(await Fleet.ApiOfAsync(process), MarkedJob.Create(fleet.Cli, 1, model.Url).Request);
        await fleet.UntilAsync<long>("tiles are stored", tiles => tiles > 0, "select count(*) from tile_results");

        await postgres.HangAsync();
        var clock = Stopwatch.StartNew();
        process.Terminate();
        var outcome = await process.WaitAsync();

        Assert.True(outcome.ExitCode is 0 or 1, outcome.ToString());
        Assert.True(clock.Elapsed < LongestEnd, $"it took {clock.Elapsed} to end");
    }
}
