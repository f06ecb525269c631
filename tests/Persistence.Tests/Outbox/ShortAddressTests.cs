using Swath.Persistence.Outbox;

namespace Swath.Persistence.Tests.Outbox;

public sealed class ShortAddressTests
{
    private static readonly string[] Types = ["urn:message:Swath.Contracts:JobCompleted"];

    [Theory]
    [InlineData("loopback://localhost/worker-a", "queue:worker-a")]
    [InlineData("loopback://localhost/image-job?bind=true", "queue:image-job")]
    [InlineData("rabbitmq://localhost/worker-a?autodelete=true", "queue:worker-a")]
    [InlineData("rabbitmq://broker:5673/team%2Fblue/image-job?bind=true", "queue:image-job")]
    [InlineData("amazonsqs://eu-west-1/swath/image-job", "queue:image-job")]
    [InlineData("queue:image-job", "queue:image-job")]
    [InlineData("loopback://localhost/Swath.Contracts:JobCompleted", "urn:message:Swath.Contracts:JobCompleted")]
    [InlineData("rabbitmq://broker/vhost/Swath.Contracts:JobCompleted", "urn:message:Swath.Contracts:JobCompleted")]
    [InlineData("amazonsqs://eu-west-1/swath/Swath_Contracts-JobCompleted?type=topic", "urn:message:Swath.Contracts:JobCompleted")]
    [InlineData("urn:message:Swath.Contracts:JobCompleted", "urn:message:Swath.Contracts:JobCompleted")]
    public void Of_AddressOfAnyTransport_IsTheNameAlone(string address, string expected) =>
        Assert.Equal(new Uri(expected), ShortAddress.Of(new Uri(address), Types));
}
