using System.Diagnostics;
using System.Globalization;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Scaling;

/// <summary>Swath as six processes over a real RabbitMQ.</summary>
public sealed class RabbitMqTests
{
    private const int Jobs = 20;
    private const int Images = 4;

    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWayToWork = TimeSpan.FromSeconds(2);

    // A region that the worker has begun, and stored tiles of, and has not ended.
    private const string RegionInHand =
        """
        select r.job_id::text from job_regions r
         where r.worker_id = $1 and r.accepted_at is not null and r.ended_at is null
           and exists (select from tile_results t where t.job_id = r.job_id and t.region_id = r.region_id)
         limit 1
        """;

    [SkippableFact]
    public async Task Fleet_OneWorkerKilledAndOneDrained_CompletesEveryJobAsOneProcessDoes()
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await Fleet.CreateAsync(("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address));
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        var images = FleetJob.WriteImages(fleet.Cli, Images);
        var expected = await SingleProcessResultsAsync(images, model);

        var processes = await Task.WhenAll(fleet.StartAsync("intake", "--url", "http://127.0.0.1:0"), fleet.StartAsync("scheduler"), fleet.StartAsync("scheduler"));
        var api = await Fleet.ApiOfAsync(processes[0]);
        var jobs = Enumerable.Range(0, Jobs).Select(n => FleetJob.Create(fleet.Cli, images[n % Images], model)).ToList();
        foreach (var job in jobs)
            await fleet.SubmitAsync(api, job.Request);
        await fleet.UntilAsync<long>("all jobs wait for a worker", waiting => waiting == Jobs, "select count(*) from jobs where state = 'Queued'");

        var survivor = await fleet.StartAsync("worker");
        await AssertBeganInTimeAsync(fleet, survivor);
        var others = await Task.WhenAll(fleet.StartAsync("worker"), fleet.StartAsync("worker"));
        var (killed, drained) = (others[0], others[1]);
        var lostJob = await fleet.UntilAsync<string>("a region is in the hands of the worker to be killed", RegionInHand, NameOf(killed));
        await killed.KillAsync();
        var drainedJob = await fleet.UntilAsync<string>("a region is in the hands of the worker to be drained", RegionInHand, NameOf(drained));
        var (outcome, took) = await DrainAsync(drained);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.True(took < LongestDrain, $"draining took {took}");
        await fleet.UntilAsync<long>("all jobs are over", over => over == Jobs,
            "select count(*) from jobs where state in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled')");
        Assert.Equal("Completed ", await fleet.JobsAsync());
        Assert.All(jobs, job => Assert.Equal(expected[job.Request.ImageUrl], job.Features()));
        Assert.Equal(1, await fleet.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", Guid.Parse(lostJob)));
        if (drainedJob != lostJob)
            Assert.Equal(0, await fleet.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", Guid.Parse(drainedJob)));
        await AssertNothingIsLeftAsync(fleet);
    }

    private static string NameOf(RunningCommand worker) => $"{Environment.MachineName}-{worker.ProcessId}";

    private static async Task<Dictionary<string, IReadOnlyList<PointFeature>>> SingleProcessResultsAsync(IReadOnlyList<string> images, ModelProcess model)
    {
        await using var single = await Fleet.CreateAsync(("IMAGE_ROOTS", Path.GetDirectoryName(images[0])!));
        var process = await single.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");
        var api = await Fleet.ApiOfAsync(process);
        var jobs = images.Select(image => FleetJob.Create(single.Cli, image, model)).ToList();
        foreach (var job in jobs)
            await single.SubmitAsync(api, job.Request);
        await single.UntilAsync<long>("the single process has done all", done => done == jobs.Count, "select count(*) from jobs where state = 'Completed'");
        return jobs.ToDictionary(job => job.Request.ImageUrl, job => job.Features());
    }

    private static async Task AssertBeganInTimeAsync(Fleet fleet, RunningCommand worker)
    {
        var seconds = await fleet.UntilAsync<double>("the worker that joined has work",
            """
            select extract(epoch from min(r.accepted_at) - w.started_at)::float8
              from workers w join job_regions r on r.worker_id = w.worker_id and r.accepted_at is not null
             where w.worker_id = $1 group by w.started_at
            """, NameOf(worker));
        Assert.True(TimeSpan.FromSeconds(seconds) < LongestWayToWork, string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s from joining to work"));
    }

    private static async Task<(CommandOutcome Outcome, TimeSpan Took)> DrainAsync(RunningCommand worker)
    {
        var clock = Stopwatch.StartNew();
        worker.Terminate();
        return (await worker.WaitAsync(), clock.Elapsed);
    }

    private static async Task AssertNothingIsLeftAsync(Fleet fleet)
    {
        await fleet.UntilAsync<long>("the ledger is at 0", reserved => reserved == 0, "select coalesce(sum(reserved), 0)::bigint from capacity");
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select count(*) from capacity_reservations where closed_at is null"));
        var verified = await fleet.Cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
        var faults = await fleet.Cli.RunAsync("faults");
        Assert.Equal((0, "No message has failed."), (faults.ExitCode, faults.Output));
    }
}
