using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Bench.Load;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;

namespace Swath.Bench.Saga;

/// <summary>One repetition: a fresh bus, and so many jobs at once, each sending its next message when the saga has handled the last one.</summary>
internal sealed class SagaRun : IReceiveObserver
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _awaited = new();
    private long _transitions;
    private long _jobs;
    private long _faults;

    /// <summary>Runs jobs for a while.</summary>
    /// <param name="database">The database of the event-sourced repository; null for the in-memory one.</param>
    /// <param name="postmaster">The server's process id.</param>
    /// <param name="atOnce">Jobs in flight.</param>
    /// <param name="warmUp">How long to run before measuring.</param>
    /// <param name="measured">How long to measure.</param>
    public async Task<SagaMeasurement> MeasureAsync(NpgsqlDataSource? database, int postmaster, int atOnce, TimeSpan warmUp, TimeSpan measured)
    {
        await using var services = Services(database, atOnce);
        var bus = services.GetRequiredService<IBusControl>();
        bus.ConnectReceiveObserver(this);
        await bus.StartAsync();
        try
        {
            var endpoint = await bus.GetSendEndpoint(SagaScenario.SagaQueue);
            using var stop = new CancellationTokenSource();
            var slots = Enumerable.Range(0, atOnce).Select(_ => Task.Run(() => RunJobsAsync(endpoint, stop.Token))).ToArray();
            await Task.Delay(warmUp, TimeProvider.System);

            var (transitions, jobs) = (Volatile.Read(ref _transitions), Volatile.Read(ref _jobs));
            var (client, server, wal) = (Environment.CpuUsage.TotalTime, ServerCpu.Of(postmaster), await WalAsync(database));
            var watch = Stopwatch.StartNew();
            await Task.Delay(measured, TimeProvider.System);
            var elapsed = watch.Elapsed.TotalSeconds;
            transitions = Volatile.Read(ref _transitions) - transitions;
            jobs = Volatile.Read(ref _jobs) - jobs;
            client = Environment.CpuUsage.TotalTime - client;
            server = ServerCpu.Of(postmaster) - server;
            wal = await WalAsync(database) - wal;

            await stop.CancelAsync();
            await Task.WhenAll(slots);
            return new SagaMeasurement(transitions / elapsed, jobs / elapsed, client.TotalMilliseconds / transitions, server.TotalMilliseconds / transitions, (double)wal / transitions, _faults);
        }
        finally
        {
            await bus.StopAsync();
        }
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostReceive(ReceiveContext context)
    {
        if (context.GetMessageId() is { } id && _awaited.TryRemove(id, out var handled))
            handled.TrySetResult();
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) => Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
    {
        Interlocked.Increment(ref _faults);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception)
    {
        Interlocked.Increment(ref _faults);
        return Task.CompletedTask;
    }

    private static async Task<long> WalAsync(NpgsqlDataSource? database)
    {
        if (database is null)
            return 0;
        await using var command = database.CreateCommand("select (pg_current_wal_lsn() - '0/0')::bigint");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task RunJobsAsync(ISendEndpoint endpoint, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var message in SagaScenario.Messages(NewId.NextGuid()))
            {
                var id = NewId.NextGuid();
                var handled = _awaited[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await endpoint.Send(message, message.GetType(), Pipe.Execute<SendContext>(c => c.MessageId = id), CancellationToken.None);
                await handled.Task;
                Interlocked.Increment(ref _transitions);
            }
            Interlocked.Increment(ref _jobs);
        }
    }

    private static ServiceProvider Services(NpgsqlDataSource? database, int atOnce)
    {
        var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
            .AddMassTransit(bus =>
            {
                SagaScenario.AddSaga(bus, eventSourced: database is not null);
                bus.AddConfigureEndpointsCallback((_, endpoint) =>
                {
                    endpoint.PrefetchCount = Math.Max(16, 2 * atOnce);
                    endpoint.UseEventSourcedRetry();
                });
                bus.UsingInMemory((context, memory) =>
                {
                    memory.UseCompactJson();
                    memory.ConfigureEndpoints(context);
                });
            });
        if (database is not null)
            services.AddSingleton(database);
        return services.BuildServiceProvider();
    }
}
