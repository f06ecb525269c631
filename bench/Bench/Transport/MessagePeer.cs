using System.Diagnostics;
using System.Globalization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;

namespace Swath.Bench.Transport;

/// <summary>
/// One process that sends so many messages to a queue which it, and its like, consume; as the roles do it: confirmed and durable.
/// </summary>
internal static class MessagePeer
{
    public const string Verb = "transport-peer";
    private const int InFlight = 64;
    private const ushort Prefetch = 128;

    /// <summary>Run as a process of its own: sends its share when it hears "send", says how many it has consumed when it hears "count".</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var messages = int.Parse(args[1], CultureInfo.InvariantCulture);
        var transport = TransportChoice.Of(new TransportOptions { Transport = args[0], RabbitMq = args.ElementAtOrDefault(2) ?? new TransportOptions().RabbitMq });
        var consumed = 0;
        await using var services = Services(transport, () => Interlocked.Increment(ref consumed));
        var bus = services.GetRequiredService<IBusControl>();
        await bus.StartAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } told)
        {
            if (told == "count")
            {
                Console.WriteLine($"consumed {Volatile.Read(ref consumed)}");
                continue;
            }

            await SendAsync(bus, messages);
            Console.WriteLine("sent");
        }

        await bus.StopAsync();
        return 0;
    }

    /// <summary>The same inside this process, measured.</summary>
    /// <returns>Messages per second, sent and consumed.</returns>
    public static async Task<double> MeasureHereAsync(ITransport transport, int messages)
    {
        var consumed = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var services = Services(transport, () =>
        {
            if (Interlocked.Increment(ref consumed) == messages)
                all.TrySetResult();
        });
        var bus = services.GetRequiredService<IBusControl>();
        await bus.StartAsync();
        var clock = Stopwatch.StartNew();
        await SendAsync(bus, messages);
        await all.Task;
        var elapsed = clock.Elapsed;
        await bus.StopAsync();
        return messages / elapsed.TotalSeconds;
    }

    private static async Task SendAsync(IBus bus, int messages)
    {
        var endpoint = await bus.GetSendEndpoint(Queues.ReleaseCapacity);
        await Parallel.ForAsync(0, messages, new ParallelOptions { MaxDegreeOfParallelism = InFlight },
            async (_, stop) => await endpoint.Send(new ReleaseCapacity { JobId = NewId.NextGuid() }, stop));
    }

    private static ServiceProvider Services(ITransport transport, Action consumed) => new ServiceCollection()
        .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
        .AddMassTransit(bus =>
        {
            bus.AddHandler((ConsumeContext<ReleaseCapacity> _) =>
            {
                consumed();
                return Task.CompletedTask;
            }).Endpoint(endpoint =>
            {
                endpoint.Name = Queues.ReleaseCapacity.AbsolutePath;
                endpoint.PrefetchCount = Prefetch;
            });
            bus.AddConfigureEndpointsCallback((name, endpoint) =>
            {
                Messaging.ConfigureFaults(endpoint);
                transport.Configure(name, endpoint);
            });
            transport.Use(bus, Roles.Worker);
        })
        .BuildServiceProvider();
}
