using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Swath.Persistence.Capacity;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Placement;

/// <summary>The ledger, the board and the registry on one real database, under a clock that the test moves.</summary>
internal sealed class PlacementBench
{
    private readonly NpgsqlDataSource _database;

    public PlacementBench(TestDatabase database, bool follow = true)
    {
        Database = database;
        _database = database.DataSource;
        if (follow)
            database.FollowAsync(Time).GetAwaiter().GetResult();
        var services = new ServiceCollection()
            .AddLogging().AddSingleton<TimeProvider>(Time).AddSingleton(_database).AddSwathOutbox().AddSwathPlacement().BuildServiceProvider();
        Ledger = services.GetRequiredService<CapacityLedger>();
        Board = services.GetRequiredService<RegionAssignments>();
        Wanted = services.GetRequiredService<UnassignedRegions>();
        Lost = services.GetRequiredService<LostRegions>();
        Workers = services.GetRequiredService<WorkerRegistry>();
    }

    public TestDatabase Database { get; }
    public FakeTimeProvider Time { get; } = new();
    public CapacityLedger Ledger { get; }
    public RegionAssignments Board { get; }
    public UnassignedRegions Wanted { get; }
    public LostRegions Lost { get; }
    public WorkerRegistry Workers { get; }

    /// <summary>An endpoint that no other test knows, so that tests of one class share a database.</summary>
    public async Task<EndpointVariant> AddEndpointAsync(int target)
    {
        var key = new EndpointVariant($"endpoint-{Guid.NewGuid():N}");
        await Ledger.RefreshAsync(key, target, target);
        return key;
    }

    public async Task<WorkerRegistration> AddWorkerAsync(int slots = 4, string? id = null)
    {
        var worker = new WorkerRegistration { WorkerId = id ?? $"worker-{Guid.NewGuid():N}", Incarnation = Guid.NewGuid(), Slots = slots };
        await Workers.RegisterAsync(worker);
        return worker;
    }

    public async Task<JobSeed> AddJobAsync(EndpointVariant key, int regions = 1, int tileWorkers = 1, string tenant = "tenant", string? affinity = null)
    {
        var job = new JobSeed { Endpoint = key.Endpoint, Regions = regions, TileWorkers = tileWorkers, Tenant = tenant, Affinity = affinity };
        await JobSeed.InsertAsync(_database, job);
        return job;
    }

    public async Task<LedgerEntry> EntryAsync(EndpointVariant key) => (await Ledger.ReadAsync(key.Endpoint)).Single();

    public static AdmissionCandidate Candidate(JobSeed job, params string[] workers) => new()
    {
        JobId = job.JobId,
        Tenant = job.Tenant,
        LoadPerRegion = job.TileWorkers,
        Workers = workers,
    };

    /// <summary>Admits on the latest figures.</summary>
    public async Task<AdmissionOutcome> AdmitAsync(EndpointVariant key, params AdmissionCandidate[] jobs)
    {
        var living = await Workers.GetLivingWorkersAsync();
        var entry = await EntryAsync(key);
        return await Ledger.TryAdmitAsync(new AdmissionBatch
        {
            Key = key,
            SeenVersion = entry.Version,
            Target = entry.Target,
            Jobs = jobs,
            SeenWorkers = living.ToDictionary(worker => worker.WorkerId, worker => worker.Version),
        });
    }

    /// <summary>A running job with its only region accepted by a worker.</summary>
    public async Task<(JobSeed Job, WorkerRegistration Worker, EndpointVariant Key)> StartAsync(int tileWorkers = 4, int regions = 1)
    {
        var key = await AddEndpointAsync(1_000);
        var worker = await AddWorkerAsync(slots: regions);
        var job = await AddJobAsync(key, regions, tileWorkers);
        var outcome = await AdmitAsync(key, Candidate(job, [.. Enumerable.Repeat(worker.WorkerId, regions)]));
        Assert.Null(outcome.LostRace);
        await SetStateAsync(job, "Running");
        return (job, worker, key);
    }

    /// <summary>As the saga writes it: each time that the job enters the queue is another turn.</summary>
    public Task<int> SetStateAsync(JobSeed job, string state) =>
        Database.ExecuteAsync("update jobs set state = $2, queue_turn = queue_turn + ($2 = 'Queued')::int where job_id = $1", job.JobId, state);

    public Task<long> MessagesAsync(JobSeed job, string type) => CountAsync(
        "select count(*) from message_pending where job_id = $1 and message::text like '%:' || $2 || '%'", job.JobId, type);

    public async Task<long> CountAsync(string sql, params object?[] parameters) => await Database.ScalarAsync<long>(sql, parameters);
}
