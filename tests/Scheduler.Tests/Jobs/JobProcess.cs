using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Scheduler.Jobs;
using Swath.Scheduler.Verification;

namespace Swath.Scheduler.Tests.Jobs;

/// <summary>A bus with the image job's saga on a real database, and nobody who answers its commands: the test is everybody else.</summary>
internal sealed class JobProcess : IReceiveObserver, IAsyncDisposable
{
    private static readonly Uri SagaQueue = Queues.ImageJob;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<Exception?>> _handled = new();
    private readonly ServiceProvider _services;

    private JobProcess(ServiceProvider services) => _services = services;

    public EventHistory History => _services.GetRequiredService<EventHistory>();

    public SagaVerify Verify => _services.GetRequiredService<SagaVerify>();

    public SagaVerify VerifyWith(params ITableCheck[] checks) =>
        new(_services.GetRequiredService<NpgsqlDataSource>(), Model, checks, [new LedgerCheck()]);

    public StreamModel Model => _services.GetRequiredService<StreamModel>();

    public SagaReplay Replay => _services.GetRequiredService<SagaReplay>();

    /// <summary>What the process left to a newer release.</summary>
    public LeftToNewerRelease Left => _services.GetRequiredService<LeftToNewerRelease>();

    /// <param name="database">Where its jobs are.</param>
    /// <param name="stream">The declaration of another release; null for this one's.</param>
    public static async Task<JobProcess> StartAsync(NpgsqlDataSource database, Action<EventStreamConfigurator<ImageJob>>? stream = null)
    {
        var services = new ServiceCollection()
            .AddSingleton(database)
            .AddSingleton(TimeProvider.System)
            .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
            .AddMassTransit(bus =>
            {
                bus.AddSagaStateMachine<ImageJobStateMachine, ImageJobSaga>()
                    .EventSourcedRepository((EventStreamConfigurator<ImageJob> declared) =>
                    {
                        (stream ?? ImageJobStream.Configure)(declared);

                        // Tests read the row right after the event.
                        declared.Options.RowInterval = TimeSpan.Zero;
                    })
                    .Endpoint(endpoint => endpoint.Name = Queues.ImageJob.AbsolutePath);
                bus.AddConfigureEndpointsCallback((context, _, endpoint) =>
                {
                    endpoint.UseEventSourcedRetry();
                    endpoint.LeaveNewerMessages(context);
                });
                bus.UsingInMemory((context, memory) =>
                {
                    memory.UseSchemaVersions(context);
                    memory.ConfigureEndpoints(context);
                });
            })
            .AddSwathOutbox();
        var process = new JobProcess(services.BuildServiceProvider());
        var control = process._services.GetRequiredService<IBusControl>();
        control.ConnectReceiveObserver(process);
        await control.StartAsync();
        return process;
    }

    /// <summary>Sends a message to the saga and waits until it was handled.</summary>
    /// <returns>What the saga failed with; null when it handled or ignored the message.</returns>
    public async Task<Exception?> HandleAsync(object message, Guid messageId)
    {
        var handled = _handled[messageId] = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var endpoint = await _services.GetRequiredService<IBus>().GetSendEndpoint(SagaQueue);
        await endpoint.Send(message, message.GetType(), context => context.MessageId = messageId);
        return await handled.Task.WaitAsync(Patience);
    }

    /// <summary>Hands the saga a message as another release would have sent it, and waits until it was handled.</summary>
    /// <param name="name">Its type and schema version; null for a release that said none.</param>
    /// <param name="urn">Its message type.</param>
    /// <param name="message">Its content, as JSON.</param>
    public async Task<Exception?> HandleAsync(string? name, string urn, string message)
    {
        var messageId = Guid.NewGuid();
        var handled = _handled[messageId] = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var endpoint = await _services.GetRequiredService<IBus>().GetSendEndpoint(SagaQueue);
        var body = $$"""{"messageId":"{{messageId}}","messageType":["{{urn}}"],"message":{{message}}}""";
        await endpoint.Send(new SerializedMessageBody(), context =>
        {
            context.MessageId = messageId;
            if (name is not null)
                context.Headers.Set("schema", name);
            context.Serializer = new CopyBodySerializer(SystemTextJsonMessageSerializer.JsonContentType, new StringMessageBody(body));
        });
        return await handled.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<IBusControl>().StopAsync();
        await _services.DisposeAsync();
    }

    Task IReceiveObserver.PreReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostReceive(ReceiveContext context) => Complete(context.GetMessageId(), null);

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) => Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) =>
        Complete(context.MessageId, exception);

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception) => Complete(context.GetMessageId(), exception);

    private Task Complete(Guid? messageId, Exception? failure)
    {
        if (messageId is { } id && _handled.TryGetValue(id, out var handled))
            handled.TrySetResult(failure);
        return Task.CompletedTask;
    }
}
