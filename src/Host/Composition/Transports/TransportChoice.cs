using Microsoft.Extensions.Options;
using Swath.Configuration;
using Swath.Host.Commands;

namespace Swath.Host.Composition.Transports;

/// <summary>Finds the transport that <c>SWATH_TRANSPORT</c> names.</summary>
internal static class TransportChoice
{
    public const string InMemory = "inmemory";
    public const string RabbitMq = "rabbitmq";
    public const string AmazonSqs = "amazonsqs";

    /// <summary>The one that the environment, or appsettings.json in the current folder, asks for.</summary>
    /// <exception cref="UsageException">There is no such transport, this build is without it, or its address is none.</exception>
    public static ITransport Current()
    {
        using var services = new ServiceCollection()
            .AddSingleton(SwathSettings.Load())
            .AddSwathOptions<TransportOptions>()
            .BuildServiceProvider();
        return Of(services.GetRequiredService<IOptions<TransportOptions>>().Value);
    }

    /// <exception cref="UsageException">There is no such transport, this build is without it, or its address is none.</exception>
    public static ITransport Of(TransportOptions options) => options.Transport.Trim().ToLowerInvariant() switch
    {
        InMemory => new InMemoryTransport(),
        RabbitMq => new RabbitMqTransport(RabbitMqAddress.Parse(options.RabbitMq)),
#if AMAZON_SQS
        AmazonSqs => new AmazonSqsTransport(options.AmazonSqsScope),
#else
        AmazonSqs => throw new UsageException(
            "This build of Swath has no amazonsqs transport: build it with 'dotnet publish src/Host -c Release -p:AmazonSqs=true' where MassTransit.AmazonSQS can be restored, or use the docker image, which has it."),
#endif
        _ => throw new UsageException($"SWATH_TRANSPORT is '{options.Transport}': there are {InMemory}, {RabbitMq} and {AmazonSqs}."),
    };
}
