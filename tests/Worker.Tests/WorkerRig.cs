using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence;
using Swath.Testing;
using Swath.Worker.Membership;
using Swath.Worker.Regions;

namespace Swath.Worker.Tests;

/// <summary>A whole worker process in one object: real database, real bus, real image, real model.</summary>
internal sealed class WorkerRig : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _stopped;

    private WorkerRig(IHost host, NpgsqlDataSource database, string workerId)
    {
        _host = host;
        Database = database;
        WorkerId = workerId;
    }

    public NpgsqlDataSource Database { get; }

    public string WorkerId { get; }

    public RegionRunner Runner => _host.Services.GetRequiredService<RegionRunner>();

    public static async Task<WorkerRig> StartAsync(
        NpgsqlDataSource database, string workerId, Action<WorkerOptions>? configure = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        if (clock is not null)
            builder.Services.AddSingleton(clock);
        services?.Invoke(builder.Services);
        builder.Services.AddSwathPersistence(database);
        builder.Services.AddSwathEndpoints();
        builder.Services.AddSwathWorker();
        builder.Services.AddWideAccess();
        builder.Services.Configure<EndpointsOptions>(o => (o.MaxAttempts, o.RetryDelaySeconds) = (2, 0.001));
        builder.Services.Configure<WorkerOptions>(o =>
        {
            (o.Id, o.Heartbeat, o.ReadAhead, o.ReadersPerRegion) = (workerId, TimeSpan.FromMilliseconds(50), 1, 1);
            configure?.Invoke(o);
        });
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddWorkerConsumers();
            bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
        });
        var rig = new WorkerRig(builder.Build(), database, workerId);
        await rig._host.StartAsync();
        // Joining takes away what an older process of that name held: a region is placed on a worker that has joined.
        await rig.Get<WorkerLease>().HeldAsync(CancellationToken.None);
        return rig;
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Places a region on the worker, as admission does, and sends it the command.</summary>
    public async Task SendAsync(ProcessRegion work)
    {
        await PlaceAsync(work);
        await DeliverAsync(work);
    }

    /// <summary>Places a region on the worker and lets the command be lost.</summary>
    public async Task PlaceAsync(ProcessRegion work)
    {
        await using var place = Database.CreateCommand(
            """
            insert into job_regions (job_id, region_id, tiles, kind, load, attempt, worker_id, placed_at) values ($1, $2, 1, 'kind', 0, $3, $4, now())
            on conflict (job_id, region_id) do update set attempt = excluded.attempt, worker_id = excluded.worker_id, placed_at = excluded.placed_at,
                accepted_at = null, accepted_by = null, wanted_since = null
            """);
        place.Parameters.AddWithValue(work.JobId);
        place.Parameters.AddWithValue(work.Region.RegionId);
        place.Parameters.AddWithValue(work.Attempt);
        place.Parameters.AddWithValue(work.WorkerId);
        await place.ExecuteNonQueryAsync();
    }

    /// <summary>Sends the command alone: a delivery, or one more of it.</summary>
    public async Task DeliverAsync(ProcessRegion work)
    {
        var endpoint = await Get<IBus>().GetSendEndpoint(WorkerQueue.AddressOf(WorkerId));
        await endpoint.Send(work);
    }

    /// <summary>The outcome that the board knows of a region; null while it has not ended.</summary>
    public async Task<string?> OutcomeAsync(Guid jobId)
    {
        await using var read = Database.CreateCommand("select outcome from job_regions where job_id = $1");
        read.Parameters.AddWithValue(jobId);
        return await read.ExecuteScalarAsync() as string;
    }

    /// <summary>Waits until the region has ended in this way; the outbox rings when it has.</summary>
    public async Task EndedAsync(Guid jobId, string outcome)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var connection = await Database.OpenConnectionAsync(limit.Token);
        await using (var listen = new NpgsqlCommand("listen swath_outbox", connection))
            await listen.ExecuteNonQueryAsync(limit.Token);
        while (await OutcomeAsync(jobId) != outcome)
            await connection.WaitAsync(limit.Token);
    }

    public async Task<T> ScalarAsync<T>(string sql, Guid jobId)
    {
        await using var read = Database.CreateCommand(sql);
        read.Parameters.AddWithValue(jobId);
        return (T)(await read.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until a condition on the database holds: what other processes would see, and when they would.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }

    public async Task StopAsync()
    {
        _stopped = true;
        await _host.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
            await StopAsync();
        _host.Dispose();
    }
}
