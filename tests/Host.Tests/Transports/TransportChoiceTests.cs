using Swath.Contracts;
using Swath.Host.Commands;
using Swath.Host.Composition.Transports;

namespace Swath.Host.Tests.Transports;

public sealed class TransportChoiceTests
{
    [Fact]
    public void Of_Default_IsInMemory() => Assert.True(TransportChoice.Of(new TransportOptions()).LivesInProcess);

    [Fact]
    public void Of_RabbitMq_IsABrokerWithFaultQueues()
    {
        var transport = TransportChoice.Of(new TransportOptions { Transport = "RabbitMQ" });

        Assert.False(transport.LivesInProcess);
        Assert.NotNull(transport.Faults);
    }

    [Theory]
    [InlineData("kafka")]
    [InlineData("")]
    public void Of_UnknownName_NamesThoseThatAre(string name)
    {
        var refused = Assert.Throws<UsageException>(() => TransportChoice.Of(new TransportOptions { Transport = name }));

        Assert.Contains("inmemory, rabbitmq and amazonsqs", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:5672")]
    [InlineData("http://secret:word@localhost")]
    public void Of_RabbitMqAddressThatIsNone_IsRefusedWithoutRepeatingIt(string address)
    {
        var refused = Assert.Throws<UsageException>(() => TransportChoice.Of(new TransportOptions { Transport = "rabbitmq", RabbitMq = address }));

        Assert.Contains("amqp://", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word", refused.Message.Replace("password", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

#if !AMAZON_SQS
    [Fact]
    public void Of_AmazonSqsInABuildWithoutIt_SaysHowToGetIt()
    {
        var refused = Assert.Throws<UsageException>(() => TransportChoice.Of(new TransportOptions { Transport = "amazonsqs" }));

        Assert.Contains("-p:AmazonSqs=true", refused.Message, StringComparison.Ordinal);
    }
#endif

    [Theory]
    [InlineData("queue:worker-a", "exchange:worker-a?autodelete=true")]
    [InlineData("queue:select-variant", "queue:select-variant")]
    public void Route_OnRabbitMq_AddressesOnlyWorkersByTheirExchange(string queue, string expected) =>
        Assert.Equal(new Uri(expected), TransportChoice.Of(new TransportOptions { Transport = "rabbitmq" }).Route(new Uri(queue), Guid.NewGuid()));

    /// <summary>Processes of two releases must send a job's messages to the same queue: these never change.</summary>
    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", "queue:image-job-12?singleactiveconsumer=true")]
    [InlineData("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c", "queue:image-job-8?singleactiveconsumer=true")]
    [InlineData("7f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c", "queue:image-job-11?singleactiveconsumer=true")]
    [InlineData("019a9f3b-7c11-7e2a-8f00-5b6d2c4e9a10", "queue:image-job-2?singleactiveconsumer=true")]
    [InlineData(null, "queue:image-job")]
    public void Route_OnRabbitMqToTheSaga_IsTheSameForAJobForever(string? jobId, string expected) =>
        Assert.Equal(
            new Uri(expected),
            TransportChoice.Of(new TransportOptions { Transport = "rabbitmq" }).Route(Queues.ImageJob, jobId is null ? null : Guid.Parse(jobId)));

    [Fact]
    public void Route_InMemory_HasOneQueueForTheSaga() =>
        Assert.Equal(Queues.ImageJob, TransportChoice.Of(new TransportOptions()).Route(Queues.ImageJob, Guid.NewGuid()));
}
