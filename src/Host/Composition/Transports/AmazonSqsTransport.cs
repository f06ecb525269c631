using MassTransit;
using Swath.Contracts;
using Swath.Host.Commands;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// Amazon SQS and SNS, in a build with <c>-p:AmazonSqs=true</c>. Region, credentials and addresses come from the environment and the shared
/// profile, as everywhere in the SDK: <c>AWS_REGION</c>, <c>AWS_ENDPOINT_URL</c>. The saga's queue is a FIFO queue in which every job is a group: SQS hands out
/// a job's next message when the one before it is done with, but not always to the same process.
/// </summary>
/// <param name="scope">What the names of all queues and topics begin with.</param>
internal sealed class AmazonSqsTransport(string scope) : ITransport
{
    private const string Fifo = ".fifo";
    private static readonly Uri Jobs = new(Queues.ImageJob + Fifo);

    private readonly string _region = Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION")
        ?? throw new UsageException("SWATH_TRANSPORT=amazonsqs needs AWS_REGION: the region whose queues and topics are used.");

    public string Name => TransportChoice.AmazonSqs;

    public bool LivesInProcess => false;

    public bool KeepsJobsTogether => false;

    // They are queues as any other: SQS's own console and API show and redrive them.
    public IFaultQueues? Faults => null;

    public void Use(IBusRegistrationConfigurator bus, Roles roles) => bus.UsingAmazonSqs((context, sqs) =>
    {
        sqs.Host(new Uri($"amazonsqs://{_region}"), host => host.Scope(scope, scopeTopics: true));
        sqs.UseCompactJson();
        sqs.UseSchemaVersions(context);
        sqs.SendTopology.ErrorQueueNameFormatter = FaultQueueNames.Instance;
        sqs.SendTopology.DeadLetterQueueNameFormatter = FaultQueueNames.Instance;
        sqs.SendTopology.ConfigureErrorSettings = Keep;
        sqs.SendTopology.ConfigureDeadLetterSettings = Keep;

        // Among them the saga's queue of earlier releases, which had no order.
        sqs.ConfigureEndpoints(context);
        if (!roles.HasFlag(Roles.Scheduler))
            return;
        sqs.ReceiveEndpoint(Jobs.AbsolutePath, queue =>
        {
            context.GetConfigureReceiveEndpoints().Configure(Jobs.AbsolutePath, queue);
            context.ConfigureSaga<ImageJobSaga>(queue);
        });
    });

    public void Configure(string name, IReceiveEndpointConfigurator endpoint)
    {
        if (!name.StartsWith(FaultQueueNames.WorkerPrefix, StringComparison.Ordinal) || endpoint is not IAmazonSqsReceiveEndpointConfigurator queue)
            return;

        // SQS knows no queue that expires: a worker that drains removes its own.
        queue.AutoDelete = true;
        queue.ConfigureConsumeTopology = false;
    }

    public Uri Route(Uri queue, Guid? jobId) => queue == Queues.ImageJob && jobId is not null ? Jobs : queue;

    // The queue forgets a message's id after five minutes; what was sent twice within them would be a repeat to the saga too.
    public void Mark(SendContext message, Guid? jobId)
    {
        if (jobId is null || message.DestinationAddress?.AbsolutePath.EndsWith(Fifo, StringComparison.Ordinal) is not true)
            return;
        message.SetGroupId(jobId.Value.ToString());
        message.SetDeduplicationId(message.MessageId!.Value.ToString());
    }

    // A fault waits for a person, whatever becomes of the queue that it came from.
    private static void Keep(IAmazonSqsQueueConfigurator queue) => queue.AutoDelete = false;
}
