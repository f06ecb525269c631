using Swath.Scheduler.Maintenance;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>What waits or fails on one endpoint is no other's business.</summary>
public sealed class IsolationTests : IAsyncLifetime
{
    private const string Gpu = """{"hard":{"tags":["hardware=gpu"]}}""";

    private AdmissionBench _bench = null!;

    public async Task InitializeAsync()
    {
        _bench = await AdmissionBench.CreateAsync();
        await _bench.AddEndpointAsync("a", target: 1_000);
        await _bench.AddEndpointAsync("b", target: 10);
        await _bench.AddWorkerAsync("cpu", slots: 1_000);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task RunAsync_ManyUnschedulableJobsAndAWorkerThatCanTakeThem_NoStatementTakesThemAll()
    {
        await JobSeed.InsertAsync(_bench.Database.DataSource,
            [.. Enumerable.Range(0, 20_000).Select(_ => new JobSeed { Endpoint = "a", Affinity = Gpu, QueuedAt = _bench.Now })]);
        await _bench.Database.ExecuteAsync("update queue set reason = 'NoEligibleWorker', detail = 'no living worker has the tag hardware=gpu'");
        await LimitStatementsAsync("300ms");
        await _bench.CycleAsync();
        await _bench.AddWorkerAsync("gpu", 1_000, "hardware=gpu");
        var other = await _bench.AddJobAsync(new JobSeed { Endpoint = "b", Tenant = "other" });

        var report = await _bench.CycleAsync();

        Assert.Contains(other.JobId, await _bench.AdmittedAsync());
        Assert.True(report.Admitted > 1, "jobs that the new worker can take were admitted");
        for (var look = 0; look < 2; look++)
            await _bench.Hosted<UnschedulableJobs>().RunOnceAsync();
        Assert.Equal(0, await _bench.Database.ScalarAsync<long>("select count(*) from queue where reason = 'NoEligibleWorker'"));
    }

    [Fact]
    public async Task RunAsync_NoWorkerMeetsTheRule_NothingOfTheLaneIsReadOrWrittenAgain()
    {
        await JobSeed.InsertAsync(_bench.Database.DataSource,
            [.. Enumerable.Range(0, 2_500).Select(_ => new JobSeed { Endpoint = "a", Affinity = Gpu, QueuedAt = _bench.Now })]);
        Assert.InRange((await _bench.CycleAsync()).PassedOver, 1, 100);

        Assert.Equal(0, (await _bench.CycleAsync()).PassedOver);

        for (var look = 0; look < 2; look++)
            await _bench.Hosted<UnschedulableJobs>().RunOnceAsync();
        Assert.Equal(2_500, await _bench.Database.ScalarAsync<long>(
            "select count(*) from queue where reason = 'NoEligibleWorker' and detail = 'no living worker has the tag hardware=gpu'"));
    }

    [Fact]
    public async Task RunAsync_OneEndpointFails_TheOthersGoOnAndItIsTriedAgainLater()
    {
        await _bench.Database.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room on the disk of a'; end $$;
            create trigger refuse before insert on capacity_reservations for each row when (new.endpoint = 'a') execute function refuse()
            """);
        var failing = await _bench.AddJobAsync(new JobSeed { Endpoint = "a" });
        var other = await _bench.AddJobAsync(new JobSeed { Endpoint = "b", Tenant = "other" });

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Equal([other.JobId], await _bench.AdmittedAsync());
        Assert.Equal(1, _bench.Progress.FailingEndpoints);

        await _bench.Database.ExecuteAsync("drop trigger refuse on capacity_reservations");
        Assert.Equal(0, (await _bench.CycleAsync()).Admitted);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Contains(failing.JobId, await _bench.AdmittedAsync());
        Assert.Equal(0, _bench.Progress.FailingEndpoints);
    }

    private async Task LimitStatementsAsync(string limit)
    {
        await _bench.Database.ExecuteAsync($"alter database {_bench.Database.Name} set statement_timeout = '{limit}'");
        _bench.Database.DataSource.Clear();
    }
}
