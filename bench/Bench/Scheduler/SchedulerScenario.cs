using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Swath.Endpoints;
using Swath.Persistence.Embedded;
using Swath.Persistence.Migrations;
using Swath.Persistence.Outbox;
using Swath.Scheduler;
using Swath.Scheduler.Admission;

namespace Swath.Bench.Scheduler;

/// <summary>A database full of waiting jobs, workers and endpoints, and as many schedulers on it as are asked for.</summary>
internal sealed class SchedulerScenario : IAsyncDisposable
{
    public const int Endpoints = 10;
    public const int Tenants = 100;
    public const int Workers = 500;
    public const int LoadPerJob = 4;
    private static int _count;

    private readonly List<ServiceProvider> _schedulers = [];

    private SchedulerScenario(NpgsqlDataSource database) => Database = database;

    public NpgsqlDataSource Database { get; }

    /// <summary>A third of the jobs has affinity: hard, soft and anti in equal parts. Every job is one region of load 4.</summary>
    /// <param name="server">Where the database is made.</param>
    /// <param name="waiting">Number of jobs.</param>
    /// <param name="capacityPerEndpoint">Target of each endpoint.</param>
    /// <param name="slotsPerWorker">Regions at once of each worker.</param>
    public static async Task<SchedulerScenario> CreateAsync(EmbeddedPostgres server, int waiting, int capacityPerEndpoint, int slotsPerWorker)
    {
        var name = $"bench_scheduler_{Interlocked.Increment(ref _count)}";
        await using (var create = server.DataSource.CreateCommand($"create database {name}"))
            await create.ExecuteNonQueryAsync();
        var database = new NpgsqlDataSourceBuilder(server.ConnectionStringFor(name) + ";Max Auto Prepare=100;Auto Prepare Min Usages=2").Build();
        await SwathMigrator.MigrateAsync(database);
        var scenario = new SchedulerScenario(database);
        await scenario.ExecuteAsync(
            """
            insert into tenants (tenant, tier, max_running)
            select 'tenant-' || i, (array['free', 'standard', 'standard', 'premium', 'enterprise'])[1 + i % 5], 1000000 from generate_series(0, $1 - 1) i
            """, Tenants);
        await scenario.ExecuteAsync(
            "insert into capacity_ledger (endpoint, seq, max_capacity, target) select 'endpoint-' || i, 1, $2, $2 from generate_series(0, $1 - 1) i",
            Endpoints, capacityPerEndpoint);
        await scenario.ExecuteAsync(
            """
            insert into workers (worker_id, incarnation, slots, tags, capabilities, started_at, lease_until)
            select 'worker-' || i, gen_random_uuid(), $2,
                   array['hardware=' || (array['cpu', 'gpu'])[1 + i % 2], 'region=' || (array['us-west-2', 'us-east-1', 'eu-central-1'])[1 + i % 3]],
                   array['gdal', 's3'], now(), now() + interval '1 day'
              from generate_series(0, $1 - 1) i
            """, Workers, slotsPerWorker);
        await scenario.AddJobsAsync(waiting);
        await scenario.ExecuteAsync("analyze");
        return scenario;
    }

    public async Task AddJobsAsync(int waiting)
    {
        await ExecuteAsync(
            """
            insert into jobs (job_id, name, tenant, kind, state, endpoint, endpoint_type, priority, affinity, tile_workers,
                              regions_total, regions_done, regions_failed, requested_at, queued_at, updated_at, version)
            select gen_random_uuid(), 'job ' || i, 'tenant-' || (i * 7) % $2, 'kind-' || i % 20, 'Queued', 'endpoint-' || i % $3, 'Http',
                   (array[5, 10, 20])[1 + (i / 11) % 3],
                   case i % 9 when 0 then '{"hard":{"tags":["hardware=gpu"]}}'
                              when 3 then '{"soft":{"tags":["region=us-west-2"]}}'
                              when 6 then '{"antiJobKinds":["kind-3"]}' end::jsonb,
                   $4, 1, 0, 0, now(), now() - (i % 3600) * interval '1 second', now(), 3
              from generate_series(1, $1) i
            """, waiting, Tenants, Endpoints, LoadPerJob);
        await ExecuteAsync("insert into job_regions (job_id, region_id, tiles, kind) select job_id, 0, 100, kind from jobs on conflict do nothing");
    }

    /// <summary>One request of every endpoint is taken, so that no job has an endpoint alone.</summary>
    public Task OccupyAsync() => ExecuteAsync(
        """
        with won as (
          insert into capacity_ledger (endpoint, seq, max_capacity, target, added, admitted)
          select endpoint, seq + 1, max_capacity, target, 1, 1 from capacity returning endpoint, seq
        )
        insert into capacity_reservations (job_id, endpoint, tenant, load, reserved_at, ledger_seq)
        select gen_random_uuid(), endpoint, 'tenant-0', 1, now(), seq from won
        """);

    /// <summary>A scheduler of its own.</summary>
    public IServiceProvider NewScheduler()
    {
        var services = new ServiceCollection()
            .AddLogging().AddSingleton(TimeProvider.System).AddSingleton(Database)
            .AddSwathOutbox().AddSwathEndpoints().AddSwathScheduler().BuildServiceProvider();
        _schedulers.Add(services);
        return services;
    }

    public AdmissionCycle NewCycle() => NewScheduler().GetRequiredService<AdmissionCycle>();

    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 600;
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scheduler in _schedulers)
            await scheduler.DisposeAsync();
        await Database.DisposeAsync();
    }
}
