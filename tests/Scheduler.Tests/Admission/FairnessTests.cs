using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>Through the real cycle, on a real database.</summary>
public sealed class FairnessTests
{
    /// <summary>The endpoint takes one job at a time, so that "one job's time" is one end.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(90)]
    public async Task RunAsync_TenantFloodsWithAThousandJobs_AnothersFirstJobWaitsForOneJobAtMost(int minutesLater)
    {
        await using var bench = await AdmissionBench.CreateAsync();
        await bench.AddEndpointAsync("endpoint", target: 4);
        await bench.AddWorkerAsync("worker");
        await JobSeed.InsertAsync(
            bench.Database.DataSource,
            [.. Enumerable.Range(0, 1_000).Select(_ => new JobSeed { Tenant = "flood", TileWorkers = 4, QueuedAt = bench.Now })]);
        await bench.CycleAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(minutesLater));
        var late = await bench.AddJobAsync(new JobSeed { Tenant = "late", TileWorkers = 4 });

        await bench.CycleAsync();
        await bench.FinishAsync(Assert.Single(await bench.AdmittedAsync()));
        await bench.CycleAsync();

        Assert.Equal([late.JobId], await bench.AdmittedAsync());
    }

    [Fact]
    public async Task RunAsync_ThreeTenantsFlood_TakeTurnsByWeight()
    {
        await using var bench = await AdmissionBench.CreateAsync();
        await bench.AddEndpointAsync("endpoint", target: 20);
        await bench.AddWorkerAsync("worker");
        foreach (var tenant in new[] { "a", "b", "c" })
        {
            await JobSeed.InsertAsync(
                bench.Database.DataSource, [.. Enumerable.Range(0, 100).Select(_ => new JobSeed { Tenant = tenant, TileWorkers = 4, QueuedAt = bench.Now })]);
        }

        for (var round = 0; round < 6; round++)
        {
            await bench.CycleAsync();
            foreach (var job in await bench.AdmittedAsync())
                await bench.FinishAsync(job);
        }

        foreach (var tenant in new[] { "a", "b", "c" })
            Assert.Equal(10L, await bench.Database.ScalarAsync<long>("select count(*) from jobs where tenant = $1 and state = 'Completed'", tenant));
    }
}
