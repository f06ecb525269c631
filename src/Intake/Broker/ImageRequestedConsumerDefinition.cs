using MassTransit;
using Swath.Contracts;

namespace Swath.Intake.Broker;

/// <summary>Names the queue of requests from outside.</summary>
internal sealed class ImageRequestedConsumerDefinition : ConsumerDefinition<ImageRequestedConsumer>
{
    public ImageRequestedConsumerDefinition() => EndpointName = Queues.ImageRequests.AbsolutePath;
}
