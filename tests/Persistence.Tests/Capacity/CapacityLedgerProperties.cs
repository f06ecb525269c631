using FsCheck;
using FsCheck.Fluent;
using Swath.Persistence.Capacity;
using Swath.Persistence.Tests.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Capacity;

public sealed class CapacityLedgerProperties(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly PlacementBench _bench = new(database.Database);

    /// <summary>Capacity 1..1000, 1..50 reservations of 1..100, 2..10 reservers at once, each as greedy as it can be.</summary>
    [Fact]
    public void TryAdmitAsync_ManyReserversAtOnce_NeverOverCommitAndStartEachJobOnce()
    {
        var cases =
            from capacity in Gen.Choose(1, 1_000)
            from reservers in Gen.Choose(2, 10)
            from loads in Gen.Choose(1, 100).ListOf().Where(loads => loads.Count is >= 1 and <= 50)
            select (capacity, reservers, loads: loads.ToArray());

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(50),
            Prop.ForAll(cases.ToArbitrary(), @case => RunAsync(@case.capacity, @case.reservers, @case.loads).GetAwaiter().GetResult()));
    }

    private async Task<bool> RunAsync(int capacity, int reservers, int[] loads)
    {
        var key = await _bench.AddEndpointAsync(capacity);
        JobSeed[] jobs = [.. loads.Select(load => new JobSeed { Endpoint = key.Endpoint, TileWorkers = load })];
        await JobSeed.InsertAsync(_bench.Database.DataSource, jobs);

        var admitted = (await Task.WhenAll(Enumerable.Range(0, reservers).Select(_ => Task.Run(() => ReserveAsync(key, jobs))))).SelectMany(ids => ids).ToArray();

        var entry = await _bench.EntryAsync(key);
        var held = jobs.Where(job => admitted.Contains(job.JobId)).Sum(job => Math.Min(job.TileWorkers, capacity));
        Assert.Equal(admitted.Length, admitted.Distinct().Count());
        Assert.Equal((held, admitted.Length), (entry.Reserved, entry.Holders));
        Assert.True(entry.Reserved <= entry.Target, $"{entry.Reserved} of {entry.Target} by {admitted.Length}");
        // Nobody gave up early: what is left over does not fit.
        Assert.DoesNotContain(jobs, job => !admitted.Contains(job.JobId) && job.TileWorkers <= entry.Available);
        return true;
    }

    private async Task<List<Guid>> ReserveAsync(EndpointVariant key, JobSeed[] jobs)
    {
        var admitted = new List<Guid>();
        var order = jobs.ToArray();
        Random.Shared.Shuffle(order);
        for (var next = 0; next < order.Length;)
        {
            var entry = await _bench.EntryAsync(key);
            var job = order[next];
            var alone = job.TileWorkers > entry.Available && entry.IsIdle;
            if (job.TileWorkers > entry.Available && !alone)
            {
                next++;
                continue;
            }

            var outcome = await _bench.Ledger.TryAdmitAsync(new AdmissionBatch
            {
                Key = key,
                SeenVersion = entry.Version,
                Target = entry.Target,
                Jobs = [PlacementBench.Candidate(job) with { Alone = alone }],
            });
            // The race decides, never the database's safety net.
            Assert.NotEqual(LostRace.Database, outcome.LostRace);
            if (outcome.LostRace is null)
            {
                admitted.AddRange(outcome.Admitted.Select(reserved => reserved.JobId));
                next++;
            }
        }

        return admitted;
    }
}
