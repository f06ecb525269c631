using System.Diagnostics;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Scaling;

/// <summary>A process that is told to stop while its tiles don't end, and a broker that nobody has used before.</summary>
public sealed class DrainTests
{
    private const double DrainSeconds = 2;

    // The drain time, and what is allowed beside it for bus, API and the process's own end.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(DrainSeconds + 10);

    [SkippableFact]
    public async Task Worker_TilesThatDoNotEnd_LeavesInTimeAndBurnsNoAttempt()
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await Fleet.CreateAsync(
            ("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address), ("WORKER_DRAIN_SECONDS", $"{DrainSeconds}"), ("WORKER_ID", "stuck"));
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        var job = FleetJob.Create(fleet.Cli, FleetJob.WriteImages(fleet.Cli, 1)[0], model, delayMilliseconds: 600_000);

        // Submitted before anything has ever consumed an event on this broker.
        var intake = await fleet.StartAsync("intake", "--url", "http://127.0.0.1:0");
        var api = await Fleet.ApiOfAsync(intake);
        await fleet.SubmitAsync(api, job.Request);
        var process = await fleet.StartAsync("scheduler,worker");
        await fleet.UntilAsync<string>("the region is in hand", "select worker_id from job_regions where accepted_at is not null");
        var healthy = await fleet.Cli.RunAsync("health", "--url", api.GetLeftPart(UriPartial.Authority));
        var clock = Stopwatch.StartNew();
        process.Terminate();
        var outcome = await process.WaitAsync();

        Assert.True(healthy.ExitCode == 0, healthy.ToString());
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.True(clock.Elapsed < LongestEnd, $"it took {clock.Elapsed} to stop");
        Assert.Equal(0, await fleet.Database.ScalarAsync<int>("select losses from job_regions"));
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select count(*) from job_regions where worker_id is not null"));
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select count(*) from workers"));
    }
}
