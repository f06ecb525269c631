using FsCheck;
using FsCheck.Fluent;
using Swath.Persistence.Capacity;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class AdmissionProperties : IAsyncLifetime
{
    private AdmissionBench _bench = null!;
    private int _case;

    public async Task InitializeAsync()
    {
        _bench = await AdmissionBench.CreateAsync();
        await _bench.AddWorkerAsync("worker-1", slots: 60);
        await _bench.AddWorkerAsync("worker-2", slots: 60);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    /// <summary>2..10 schedulers without a leader, 5..20 jobs on two endpoints.</summary>
    [Fact]
    public void RunAsync_ManySchedulersAtOnce_NeverOverCommitAndStartEachJobOnce()
    {
        var cases =
            from schedulers in Gen.Choose(2, 10)
            from target in Gen.Choose(1, 60)
            from loads in Gen.Choose(1, 30).ListOf().Where(loads => loads.Count is >= 5 and <= 20)
            select (schedulers, target, loads: loads.ToArray());

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithStartSize(8).WithEndSize(20),
            Prop.ForAll(cases.ToArbitrary(), @case => RunAsync(@case.schedulers, @case.target, @case.loads).GetAwaiter().GetResult()));
    }

    private async Task<bool> RunAsync(int schedulers, int target, int[] loads)
    {
        await _bench.Database.ExecuteAsync("delete from capacity_reservations");
        await _bench.Database.ExecuteAsync("delete from jobs");
        await _bench.Database.ExecuteAsync("delete from job_regions");
        await _bench.Database.ExecuteAsync("delete from message_pending");
        var number = _case++;
        EndpointVariant[] endpoints = [new($"a{number}"), new($"b{number}")];
        foreach (var endpoint in endpoints)
            await _bench.AddEndpointAsync(endpoint.Endpoint, target);
        await JobSeed.InsertAsync(_bench.Database.DataSource, [.. loads.Select((load, index) => new JobSeed
        {
            Endpoint = endpoints[index % 2].Endpoint, Tenant = $"t{index % 3}", TileWorkers = load, QueuedAt = _bench.Now.AddSeconds(-index),
        })]);

        var cycles = Enumerable.Range(0, schedulers).Select(_ => _bench.NewCycle()).ToArray();
        await Task.WhenAll(cycles.Select(cycle => Task.Run(() => cycle.RunAsync())));
        await cycles[0].RunAsync();

        var admitted = await _bench.AdmittedAsync();
        Assert.Equal(admitted.Count, await _bench.Database.ScalarAsync<long>("select count(*) from capacity_reservations"));
        Assert.Equal(admitted.Count, await _bench.Database.ScalarAsync<long>("select count(*) from message_pending where message::text like '%:CapacityReserved%'"));
        Assert.Equal(admitted.Count, await _bench.Database.ScalarAsync<long>("select count(*) from job_regions where attempt = 1 and worker_id is not null"));
        foreach (var endpoint in endpoints)
        {
            var entry = (await _bench.Ledger.ReadAsync(endpoint.Endpoint)).Single();
            Assert.Equal(entry.Reserved, await _bench.Database.ScalarAsync<long>(
                "select coalesce(sum(load), 0) from capacity_reservations where endpoint = $1", endpoint.Endpoint));
            Assert.True(entry.Reserved <= entry.Target, $"{entry.Reserved} of {entry.Target} by {entry.Holders}");
            Assert.True(entry.Holders > 0 || await _bench.Database.ScalarAsync<long>("select count(*) from queue where endpoint = $1", endpoint.Endpoint) == 0, "an idle endpoint lets nobody wait");
        }

        return true;
    }
}
