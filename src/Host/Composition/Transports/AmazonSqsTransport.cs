using MassTransit;
using Swath.Host.Commands;
using Swath.Persistence.Outbox;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// Amazon SQS and SNS, in a build with <c>-p:AmazonSqs=true</c>. Region, credentials and addresses come from the environment and the shared
/// profile, as everywhere in the SDK: <c>AWS_REGION</c>, <c>AWS_ENDPOINT_URL</c>.
/// </summary>
/// <param name="scope">What the names of all queues and topics begin with.</param>
internal sealed class AmazonSqsTransport(string scope) : ITransport
{
    private readonly string _region = Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION")
        ?? throw new UsageException("SWATH_TRANSPORT=amazonsqs needs AWS_REGION: the region whose queues and topics are used.");

    public string Name => TransportChoice.AmazonSqs;

    public bool LivesInProcess => false;

    // They are queues as any other: SQS's own console and API show and redrive them.
    public IFaultQueues? Faults => null;

    public void Use(IBusRegistrationConfigurator bus) => bus.UsingAmazonSqs((context, sqs) =>
    {
        sqs.Host(new Uri($"amazonsqs://{_region}"), host => host.Scope(scope, scopeTopics: true));
        sqs.UseCompactJson();
        sqs.SendTopology.ErrorQueueNameFormatter = FaultQueueNames.Instance;
        sqs.SendTopology.DeadLetterQueueNameFormatter = FaultQueueNames.Instance;
        sqs.SendTopology.ConfigureErrorSettings = Keep;
        sqs.SendTopology.ConfigureDeadLetterSettings = Keep;
        sqs.ConfigureEndpoints(context);
    });

    public void Configure(string name, IReceiveEndpointConfigurator endpoint)
    {
        if (!name.StartsWith(FaultQueueNames.WorkerPrefix, StringComparison.Ordinal) || endpoint is not IAmazonSqsReceiveEndpointConfigurator queue)
            return;

        // SQS knows no queue that expires: a worker that drains removes its own.
        queue.AutoDelete = true;
        queue.ConfigureConsumeTopology = false;
    }

    public Uri Route(Uri queue) => queue;

    // A fault waits for a person, whatever becomes of the queue that it came from.
    private static void Keep(IAmazonSqsQueueConfigurator queue) => queue.AutoDelete = false;
}
