using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Capacity;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Maintenance;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>A whole scheduler on a database of its own, under a clock and options that the test moves.</summary>
internal sealed class AdmissionBench : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private AdmissionBench(TestDatabase database, ILoggerProvider? log, IConfiguration? configuration)
    {
        Database = database;
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time).AddSingleton(database.DataSource)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log ?? NullLoggerProvider.Instance));
        if (configuration is null)
            services.AddSingleton<IOptionsMonitor<SchedulerOptions>>(Options).AddSingleton<ICapacityEstimator>(Estimator).AddSingleton<IVariantSelector>(new NoVariants());
        else
            services.AddSingleton(configuration).AddSwathEndpoints();
        _services = services.AddSwathOutbox().AddSwathScheduler().BuildServiceProvider();
    }

    public TestDatabase Database { get; }
    public FakeTimeProvider Time { get; } = new();
    public SettableOptions Options { get; } = new();
    public SettableEstimator Estimator { get; } = new();
    public DateTimeOffset Now => Time.GetUtcNow();

    public CapacityLedger Ledger => _services.GetRequiredService<CapacityLedger>();
    public RegionAssignments Board => _services.GetRequiredService<RegionAssignments>();
    public WorkerRegistry Workers => _services.GetRequiredService<WorkerRegistry>();
    public JobExplanations Explanations => _services.GetRequiredService<JobExplanations>();
    public IOutbox Outbox => _services.GetRequiredService<IOutbox>();
    public EndpointCapacities Capacities => _services.GetRequiredService<EndpointCapacities>();
    public AdmissionProgress Progress => _services.GetRequiredService<AdmissionProgress>();
    public AdmissionSignal AsyncSignal => _services.GetRequiredService<AdmissionSignal>();

    public T Hosted<T>() => _services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<T>().Single();

    /// <param name="log">Where to log; null: nowhere.</param>
    /// <param name="configuration">Gives options and endpoints; null: <see cref="Options"/> and <see cref="Estimator"/> do.</param>
    /// <param name="databaseAhead">How far the database's clock is ahead of the scheduler's.</param>
    public static async Task<AdmissionBench> CreateAsync(ILoggerProvider? log = null, IConfiguration? configuration = null, TimeSpan databaseAhead = default)
    {
        var bench = new AdmissionBench(await PostgresServer.CreateDatabaseAsync(), log, configuration);
        await bench.Database.FollowAsync(bench.Time, databaseAhead);
        return bench;
    }

    /// <summary>A scheduler of its own, on the real clock: it shares nothing with others but the database.</summary>
    public AdmissionCycle NewCycle() => ActivatorUtilities.CreateInstance<AdmissionCycle>(_services, TimeProvider.System);

    public Task<CycleReport> CycleAsync() => _services.GetRequiredService<AdmissionCycle>().RunAsync();

    public Task AddEndpointAsync(string endpoint, int target) => Ledger.RefreshAsync(new EndpointVariant(endpoint), target, target);

    public async Task<WorkerRegistration> AddWorkerAsync(string id, int slots = 100, params string[] tags)
    {
        var worker = new WorkerRegistration { WorkerId = id, Incarnation = Guid.NewGuid(), Slots = slots, Tags = tags };
        await Workers.RegisterAsync(worker, TimeSpan.FromDays(365));
        return worker;
    }

    /// <summary>As the saga's process does: it commits, and rings.</summary>
    public async Task<JobSeed> AddJobAsync(JobSeed job)
    {
        await JobSeed.InsertAsync(Database.DataSource, job with { QueuedAt = Now });
        AsyncSignal.Ring(job.Endpoint);
        return job;
    }

    public Task AddTenantAsync(string tenant, string tier, int? maxRunning = null) => Database.ExecuteAsync(
        "insert into tenants (tenant, tier, max_running) values ($1, $2, $3::text::int)", tenant, tier, maxRunning?.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What the saga does when it hears of an admission, and the worker when it is done.</summary>
    public async Task FinishAsync(Guid jobId)
    {
        await FinishPlacedAsync(jobId);
        await Database.ExecuteAsync("update jobs set state = 'Completed' where job_id = $1", jobId);
    }

    /// <summary>The regions that workers have end; the job runs on.</summary>
    public async Task FinishPlacedAsync(Guid jobId)
    {
        await Database.ExecuteAsync("update jobs set state = 'Running' where job_id = $1 and state = 'Queued'", jobId);
        var regions = new List<(int Region, int Attempt, string Worker)>();
        await using (var command = Database.DataSource.CreateCommand("select region_id, attempt, worker_id from job_regions where job_id = $1 and worker_id is not null and ended_at is null"))
        {
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = jobId });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                regions.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2)));
        }

        foreach (var (region, attempt, worker) in regions)
        {
            Assert.True(await Board.CompleteAsync(
                new RegionCompleted { JobId = jobId, RegionId = region, Attempt = attempt, WorkerId = worker, TilesDone = 1, Features = 0 }));
        }
    }

    public Task<List<Guid>> AdmittedAsync() => IdsAsync(
        "select job_id from jobs j where state in ('Queued', 'Running') and not exists (select from queue q where q.job_id = j.job_id)");

    public async Task<List<Guid>> IdsAsync(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    public async Task<(string? Reason, string? Detail)> ReasonAsync(JobSeed job) => (
        await Database.ScalarAsync<string>("select reason from queue where job_id = $1", job.JobId),
        await Database.ScalarAsync<string>("select detail from queue where job_id = $1", job.JobId));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Database.DisposeAsync();
    }
}

/// <summary>Options that a test changes while the scheduler runs.</summary>
internal sealed class SettableOptions : IOptionsMonitor<SchedulerOptions>
{
    public SchedulerOptions CurrentValue { get; } = new();

    public SchedulerOptions Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<SchedulerOptions, string?> listener) => null;
}

/// <summary>Endpoints as a test wants them.</summary>
internal sealed class SettableEstimator : ICapacityEstimator
{
    /// <summary>null: can't be described.</summary>
    public int? MaxCapacity { get; set; } = 10;

    /// <summary>The roles that it was asked with.</summary>
    public List<string?> Roles { get; } = [];

    public async ValueTask<EndpointCapacity> EstimateAsync(string endpointName, EndpointType type, string? variant, string? role, CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        Roles.Add(role);
        return MaxCapacity is { } capacity
            ? new EndpointCapacity(capacity, "test")
            : throw new InvocationException(InvocationFailure.InvalidEndpoint, retryable: false, $"endpoint {endpointName} does not exist");
    }
}

/// <summary>Endpoints without variants.</summary>
internal sealed class NoVariants : IVariantSelector
{
    public ValueTask<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken) => new((string?)null);
}
