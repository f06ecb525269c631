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
    [InlineData("queue:image-job", "queue:image-job")]
    public void Route_OnRabbitMq_AddressesOnlyWorkersByTheirExchange(string queue, string expected) =>
        Assert.Equal(new Uri(expected), TransportChoice.Of(new TransportOptions { Transport = "rabbitmq" }).Route(new Uri(queue)));
}
