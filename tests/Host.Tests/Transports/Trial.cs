using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Persistence.Outbox;

namespace Swath.Host.Tests.Transports;

/// <summary>A process with one consumer of <see cref="ReleaseCapacity"/>, whose behaviour the test gives.</summary>
internal sealed class Trial : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Trial(ServiceProvider services) => _services = services;

    public IBusControl Bus => _services.GetRequiredService<IBusControl>();

    /// <summary>What the consumer was given, in order.</summary>
    public Channel<Guid> Seen { get; } = Channel.CreateUnbounded<Guid>();

    /// <param name="transport">Over which.</param>
    /// <param name="queue">The consumer's queue.</param>
    /// <param name="consume">What it does.</param>
    public static async Task<Trial> StartAsync(ITransport transport, string queue, Func<ConsumeContext<ReleaseCapacity>, Task> consume)
    {
        Trial? trial = null;
        var services = new ServiceCollection()
            .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
            .Configure<OutboxOptions>(outbox => outbox.Route = transport.Route)
            .Configure<MassTransitHostOptions>(bus => (bus.ConsumerStopTimeout, bus.StopTimeout) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)))
            .AddMassTransit(bus =>
            {
                bus.AddHandler<ReleaseCapacity>(async context =>
                {
                    await trial!.Seen.Writer.WriteAsync(context.Message.JobId);
                    await consume(context);
                }).Endpoint(endpoint => endpoint.Name = queue);
                bus.AddConfigureEndpointsCallback((name, endpoint) =>
                {
                    Messaging.ConfigureFaults(endpoint);
                    transport.Configure(name, endpoint);
                });
                transport.Use(bus, Roles.Worker);
            })
            .BuildServiceProvider();
        trial = new Trial(services);
        await trial.Bus.StartAsync(Deadline());
        return trial;
    }

    public async Task SendAsync(Uri address, Guid jobId)
    {
        var endpoint = await Bus.GetSendEndpoint(address);
        await endpoint.Send(new ReleaseCapacity { JobId = jobId }, Deadline());
    }

    public async ValueTask DisposeAsync()
    {
        await Bus.StopAsync(Deadline());
        await _services.DisposeAsync();
    }

    public static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
