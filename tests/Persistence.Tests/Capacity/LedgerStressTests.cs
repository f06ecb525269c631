using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
using Swath.Persistence.Tests.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Capacity;

/// <summary>Many clients admit, end, cancel and change targets at once, while somebody who takes no part looks on.</summary>
public sealed class LedgerStressTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private const int Clients = 6;
    private const int JobsPerClient = 30;
    private const int HighestTarget = 12;

    // Jobs of one region and of several, smaller and larger than the endpoint.
    private static readonly (int Regions, int TileWorkers)[] Sizes = [(1, 1), (1, 4), (2, 3), (5, 4), (1, 30)];

    private readonly SemaphoreSlim _admissions = new(0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_ManyClientsAtOnce_NeverPassesTheTargetAndLosesNothing(bool besideAnOpenTransaction)
    {
        var bench = new PlacementBench(database.Database);
        var key = await bench.AddEndpointAsync(target: 10);
        await using var open = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await open.BeginTransactionAsync();
        if (besideAnOpenTransaction)
        {
            await using var writing = new Npgsql.NpgsqlCommand("select pg_current_xact_id()", open);
            await writing.ExecuteScalarAsync();
        }

        using var done = new CancellationTokenSource();
        var observed = ObserveAsync(key, done.Token);
        var retargeted = RetargetAsync(bench, key, done.Token);
        var admitted = (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => ClientAsync(key, client))))).Sum();
        await done.CancelAsync();
        var (looks, most) = await observed;
        await retargeted;

        Assert.Equal(Clients * JobsPerClient, admitted);
        Assert.True(looks > 20, $"{looks} looks");
        Assert.InRange(most, 1, HighestTarget);
        Assert.Equal((0, 0), ((await bench.EntryAsync(key)).Reserved, (await bench.EntryAsync(key)).Holders));
        while (await bench.Ledger.TrimAsync())
        {
        }

        Assert.Equal((0, 0), ((await bench.EntryAsync(key)).Reserved, (await bench.EntryAsync(key)).Holders));
        Assert.DoesNotContain(await bench.Ledger.ReconcileAsync(), repair => repair.What.Contains(key.Endpoint, StringComparison.Ordinal));
    }

    /// <summary>A scheduler and a worker of its own: admits each of its jobs when there is room, and ends or cancels it.</summary>
    private async Task<int> ClientAsync(EndpointVariant key, int client)
    {
        var bench = new PlacementBench(database.Database, follow: false);
        var worker = await bench.AddWorkerAsync(slots: 50);
        var random = new Random(client);
        var admitted = 0;
        while (admitted < JobsPerClient)
        {
            var (regions, tileWorkers) = Sizes[random.Next(Sizes.Length)];
            var job = await bench.AddJobAsync(key, regions, tileWorkers, tenant: $"tenant-{client % 2}");
            while (await TryStartAsync(bench, key, job, worker) is false)
                await Task.Yield();
            admitted++;
            _admissions.Release();
            await bench.SetStateAsync(job, "Running");
            if (random.Next(4) == 0)
                await CancelAsync(bench, job);
            else
                await FinishAsync(bench, job, worker);
        }

        return admitted;
    }

    private static async Task<bool> TryStartAsync(PlacementBench bench, EndpointVariant key, JobSeed job, WorkerRegistration worker)
    {
        var entry = await bench.EntryAsync(key);
        var load = job.Regions * job.TileWorkers;
        var alone = load > entry.Available && entry.IsIdle;
        if (load > entry.Available && !alone)
            return false;
        var living = await bench.Workers.GetLivingWorkersAsync();
        var outcome = await bench.Ledger.TryAdmitAsync(new AdmissionBatch
        {
            Key = key,
            SeenVersion = entry.Version,
            Target = entry.Target,
            Jobs = [PlacementBench.Candidate(job, [.. Enumerable.Repeat(worker.WorkerId, job.Regions)]) with { Alone = alone }],
            SeenWorkers = living.ToDictionary(seen => seen.WorkerId, seen => seen.Version),
            TenantLimits = new Dictionary<string, int> { [job.Tenant] = 100 },
        });
        Assert.Empty(outcome.Refused);
        return outcome.Admitted.Count == 1;
    }

    private static async Task CancelAsync(PlacementBench bench, JobSeed job)
    {
        await bench.SetStateAsync(job, "Cancelled");
        Assert.True(await bench.Ledger.ReleaseAsync(job.JobId) > 0);
    }

    /// <summary>Ends what the worker has, and places what then fits, until nothing is left.</summary>
    private static async Task FinishAsync(PlacementBench bench, JobSeed job, WorkerRegistration worker)
    {
        for (var ended = 0; ended < job.Regions;)
        {
            foreach (var held in await bench.Workers.GetJobsByWorkerAsync(worker.WorkerId))
            {
                Assert.True(await bench.Board.CompleteAsync(new RegionCompleted
                {
                    JobId = held.JobId,
                    RegionId = held.RegionId,
                    Attempt = held.Attempt,
                    WorkerId = worker.WorkerId,
                    TilesDone = 1,
                    Features = 0,
                }));
                ended++;
            }

            var wanted = (await bench.Wanted.ReadAsync(1_000)).Where(region => region.JobId == job.JobId).ToArray();
            if (wanted.Length > 0)
            {
                var versions = (await bench.Workers.GetLivingWorkersAsync()).ToDictionary(seen => seen.WorkerId, seen => seen.Version);
                await bench.Wanted.TryPlaceAsync([.. wanted.Select(region => new RegionAssignment(region, worker.WorkerId))], versions);
            }
        }

        await bench.SetStateAsync(job, "Completed");
    }

    private async Task RetargetAsync(PlacementBench bench, EndpointVariant key, CancellationToken done)
    {
        // Never below 10 in between, so that the highest one bounds what may be seen.
        for (var target = HighestTarget; await WaitForAdmissionsAsync(5, done); target = target == HighestTarget ? 10 : HighestTarget)
            await bench.Ledger.RefreshAsync(key, target, target, cancellationToken: CancellationToken.None);
    }

    private async Task<bool> WaitForAdmissionsAsync(int count, CancellationToken done)
    {
        try
        {
            for (var number = 0; number < count; number++)
                await _admissions.WaitAsync(done);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Counts by itself, from the reservations and from the regions that workers have: neither may pass the target, nor may the ledger say anything else.</summary>
    private async Task<(int Looks, long Most)> ObserveAsync(EndpointVariant key, CancellationToken done)
    {
        var (looks, most) = (0, 0L);
        for (; !done.IsCancellationRequested; looks++)
        {
            await using var command = database.DataSource.CreateCommand(
                """
                select (select coalesce(sum(load - released), 0) from capacity_reservations where endpoint = $1 and closed_at is null),
                       (select reserved from capacity where endpoint = $1)::bigint,
                       (select coalesce(sum(r.load), 0) from job_regions r join capacity_reservations c on c.job_id = r.job_id and c.closed_at is null
                         where c.endpoint = $1 and r.worker_id is not null and r.ended_at is null)
                """);
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = key.Endpoint });
            await using var row = await command.ExecuteReaderAsync(CancellationToken.None);
            await row.ReadAsync(CancellationToken.None);
            Assert.Equal(row.GetInt64(0), row.GetInt64(1));
            most = Math.Max(most, Math.Max(row.GetInt64(0), row.GetInt64(2)));
        }

        return (looks, most);
    }
}
