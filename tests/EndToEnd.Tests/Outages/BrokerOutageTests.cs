using Swath.EndToEnd.Tests.Scaling;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>RabbitMQ ends in the middle of jobs, with others submitted a moment before, and comes back later: work goes on without it where it can.</summary>
public sealed class BrokerOutageTests
{
    private const int Jobs = 12;
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task RabbitMq_AwayInTheMiddleOfJobs_EveryJobCompletesAndNoTileIsSentTwice()
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await Fleet.CreateAsync(
            ("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address), ("WORKER_SLOTS", "8"), ("DEFAULT_HTTP_ENDPOINT_CONCURRENCY", "200"));
        await using var model = new TileCountingModel();
        var first = await fleet.StartAsync("intake,scheduler", "--url", "http://127.0.0.1:0");
        var api = await Fleet.ApiOfAsync(first);
        await fleet.StartAsync("worker");

        var jobs = Enumerable.Range(1, Jobs).Select(n => MarkedJob.Create(fleet.Cli, (byte)n, model.Url)).ToList();
        foreach (var job in jobs.Take(8))
            await fleet.SubmitAsync(api, job.Request);
        await fleet.UntilAsync<long>("every job has stored tiles", running => running == 8, "select count(distinct job_id) from tile_results");
        foreach (var job in jobs.Skip(8))
            await fleet.SubmitAsync(api, job.Request);
        await broker.TakeAwayAsync();
        await Task.Delay(Away, TimeProvider.System);
        await broker.BringBackAsync();

        await fleet.UntilAsync<long>("all jobs are over", over => over == jobs.Count,
            "select count(*) from jobs where state in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled')");
        Assert.Equal("Completed ", await fleet.JobsAsync());
        Assert.Equal(Jobs * MarkedJob.TilesAcross * MarkedJob.TilesAcross, model.Asked.Count);
        Assert.Equal(0, await fleet.Database.ScalarAsync<int>("select max(losses) from job_regions"));
        await fleet.UntilAsync<long>("the ledger is at 0", reserved => reserved == 0, "select coalesce(sum(reserved), 0)::bigint from capacity");
        var verified = await fleet.Cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
    }
}
