using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Tests.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Maintenance;

public sealed class UnusedEndpointSweepTests
{
    [Fact]
    public async Task RunOnceAsync_EndpointsUnusedForAWeek_LeaveTheLedgerAndOthersStay()
    {
        await using var bench = await AdmissionBench.CreateAsync();
        foreach (var endpoint in new[] { "idle", "waited for", "running" })
            await bench.AddEndpointAsync(endpoint, target: 10);
        await bench.AddWorkerAsync("worker", slots: 1);
        await bench.AddJobAsync(new JobSeed { Endpoint = "running" });
        await bench.CycleAsync();
        bench.Time.Advance(TimeSpan.FromDays(8));
        await bench.AddEndpointAsync("fresh", target: 10);
        await bench.AddJobAsync(new JobSeed { Endpoint = "waited for" });

        await bench.Hosted<UnusedEndpointSweep>().RunOnceAsync();

        var left = (await bench.Ledger.ReadAsync()).Select(entry => entry.Key.Endpoint).Order(StringComparer.Ordinal);
        Assert.Equal(["fresh", "running", "waited for"], left);
    }
}
