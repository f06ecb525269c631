using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Tests.EventSourcing;

/// <summary>One process: an in-memory bus of its own with the saga and the harbour, on a database that others may use too.</summary>
internal sealed class VoyageProcess : IReceiveObserver, ISendObserver, IAsyncDisposable
{
    private static readonly Uri SagaQueue = new("queue:voyage");
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _handled = new();
    private readonly ConcurrentDictionary<Guid, Exception> _faults = new();
    private readonly ServiceProvider _services;

    private VoyageProcess(ServiceProvider services) => _services = services;

    public HarbourLog Harbour => Get<HarbourLog>();

    /// <summary>While set, nothing leaves the process.</summary>
    public bool LineCut { get; set; }

    /// <summary>While set, what is to leave the process waits for ever: as in one that was killed at that moment.</summary>
    public TaskCompletionSource? Killed { get; set; }

    public static async Task<VoyageProcess> StartAsync(NpgsqlDataSource database, TimeProvider? time = null, Action<OutboxOptions>? outbox = null,
        Action<EventSourcingOptions>? options = null)
    {
        var services = new ServiceCollection()
            .AddSingleton(database)
            .AddSingleton(time ?? TimeProvider.System)
            .AddSingleton<HarbourLog>()
            .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
            .AddMassTransit(bus =>
            {
                bus.AddConsumer<Harbour>().Endpoint(e => e.Name = "harbour");
                bus.AddSagaStateMachine<VoyageStateMachine, VoyageSaga>()
                    .EventSourcedRepository((EventStreamConfigurator<Voyage> stream) =>
                    {
                        VoyageStream.Configure(stream);
                        options?.Invoke(stream.Options);
                    })
                    .Endpoint(e => e.Name = "voyage");
                bus.AddConfigureEndpointsCallback((_, endpoint) => endpoint.UseEventSourcedRetry());
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
            })
            .AddSwathOutboxDelivery(outbox);
        var process = new VoyageProcess(services.BuildServiceProvider());
        var control = process.Get<IBusControl>();
        control.ConnectReceiveObserver(process);
        control.ConnectSendObserver(process);
        await control.StartAsync(TestContext.Deadline());
        return process;
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Sends a message to the saga and waits until it was handled.</summary>
    /// <exception cref="Exception">What the saga's endpoint failed with, after its retries.</exception>
    public async Task HandleAsync<T>(T message, Guid? messageId = null) where T : class
    {
        var id = messageId ?? NewId.NextGuid();
        var handled = _handled.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var endpoint = await Get<IBus>().GetSendEndpoint(SagaQueue);
        await endpoint.Send(message, c => c.MessageId = id);
        await handled.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        _handled.TryRemove(id, out _);
        if (_faults.TryRemove(id, out var fault))
            throw fault;
    }

    /// <summary>Sends a message by way of the table of those that wait, and waits until the saga has handled it.</summary>
    /// <returns>What the saga's endpoint failed with, after its retries; null when it did not.</returns>
    public async Task<Exception?> HandleFromOutboxAsync<T>(T message, Guid jobId) where T : class
    {
        var id = NewId.NextGuid();
        var handled = _handled.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Get<IOutbox>().EnqueueAsync([OutboxEntry.Send(SagaQueue, message) with { JobId = jobId, MessageId = id }]);
        await DeliverDueAsync();
        await handled.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        _handled.TryRemove(id, out _);
        return _faults.TryRemove(id, out var fault) ? fault : null;
    }

    /// <summary>Delivers what is due and in nobody's hand.</summary>
    public Task<int> DeliverDueAsync() => Get<PendingDelivery>().DeliverDueAsync(TestContext.Deadline());

    /// <summary>Takes over what dead processes left.</summary>
    /// <param name="everybodys">Whether to wait for nobody's lease.</param>
    public Task<int> TakeOverAsync(bool everybodys = false) => Get<LeftMessages>().TakeOverAsync(Get<MessageLog>().Writer, everybodys, TestContext.Deadline());

    /// <summary>Writes down rows that lag behind and what has been delivered, as timers do otherwise.</summary>
    public async Task SettleAsync()
    {
        await Get<EventStore<Voyage>>().WriteRowsAsync();
        await Get<MessageLog>().FlushAsync(TestContext.Deadline());
    }

    public async ValueTask DisposeAsync()
    {
        await Get<IBusControl>().StopAsync(TestContext.Deadline());
        await _services.DisposeAsync();
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostReceive(ReceiveContext context)
    {
        Complete(context);
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) => Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
    {
        _faults[context.MessageId!.Value] = exception;
        return Task.CompletedTask;
    }

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception)
    {
        Complete(context);
        return Task.CompletedTask;
    }

    Task ISendObserver.PreSend<T>(SendContext<T> context)
    {
        if (!context.DestinationAddress!.AbsolutePath.Contains("harbour", StringComparison.Ordinal))
            return Task.CompletedTask;
        if (LineCut)
            throw new InvalidOperationException("The line is cut.");
        return Killed is { } killed ? DieAsync(killed) : Task.CompletedTask;
    }

    Task ISendObserver.PostSend<T>(SendContext<T> context) => Task.CompletedTask;

    Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Task.CompletedTask;

    private static Task DieAsync(TaskCompletionSource killed)
    {
        killed.TrySetResult();
        return new TaskCompletionSource().Task;
    }

    private void Complete(ReceiveContext context)
    {
        if (context.GetMessageId() is { } id && _handled.TryGetValue(id, out var handled))
            handled.TrySetResult();
    }
}
