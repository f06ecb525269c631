using Amazon.Runtime;
using Swath.Endpoints.Aws.Sns;
using Swath.Endpoints.Aws.Sqs;
using Swath.Testing;

namespace Swath.Endpoints.Tests.Aws;

/// <summary>The SQS and SNS clients against the emulator, with AWS's own Python library at the other end.</summary>
public sealed class SqsClientTests
{
    // No character beyond the basic plane: SQS takes them, the emulator does not.
    private const string Body = "är { \"a\": 1 } €";

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public async Task SendAsync_Boto3Receives_TheSameBodyAndAttributes()
    {
        var emulators = await AwsEmulators.GetAsync();
        var url = await AwsMessagingEmulator.CreateQueueAsync("ours-to-boto3");
        using var sqs = Sqs(emulators);

        var attributes = new Dictionary<string, SqsAttribute> { ["kind"] = SqsAttribute.Text("ships"), ["blob"] = new() { DataType = "Binary", BinaryValue = [1, 2, 255] } };
        var id = await sqs.SendAsync(url, Body, attributes, null, null, CancellationToken.None);
        var said = await Boto3.RunAsync(emulators, """
            message = client("sqs").receive_message(QueueUrl=sys.argv[1], MessageAttributeNames=["All"], WaitTimeSeconds=10)["Messages"][0]
            kind, blob = message["MessageAttributes"]["kind"], message["MessageAttributes"]["blob"]
            print(message["MessageId"], json.dumps(message["Body"]), kind["DataType"], kind["StringValue"], blob["DataType"], list(blob["BinaryValue"]))
            """, url);

        Assert.Equal($"{id} \"\\u00e4r {{ \\\"a\\\": 1 }} \\u20ac\" String ships Binary [1, 2, 255]", said.Trim());
    }

    [SkippableFact]
    public async Task ReceiveAsync_Boto3Sent_TheSameBodyAndAttributesUntilItIsDeleted()
    {
        var emulators = await AwsEmulators.GetAsync();
        var url = await AwsMessagingEmulator.CreateQueueAsync("boto3-to-ours");
        using var sqs = Sqs(emulators);
        var id = await Boto3.RunAsync(emulators, """
            print(client("sqs").send_message(QueueUrl=sys.argv[1], MessageBody=sys.argv[2], MessageAttributes={
                "kind": {"DataType": "String", "StringValue": "ships"}, "count": {"DataType": "Number", "StringValue": "7"},
                "blob": {"DataType": "Binary", "BinaryValue": b"\x01\xff"}})["MessageId"])
            """, url, Body);

        var first = Assert.Single(await sqs.ReceiveAsync(url, 10, Wait, TimeSpan.FromHours(1), CancellationToken.None));
        Assert.Equal((id.Trim(), Body, "1"), (first.MessageId, first.Body, first.SystemAttributes["ApproximateReceiveCount"]));
        Assert.Equal(("ships", "7"), (first.Attributes["kind"].StringValue, first.Attributes["count"].StringValue));
        Assert.Equal([1, 255], first.Attributes["blob"].BinaryValue!);
        Assert.Empty(await sqs.ReceiveAsync(url, 10, TimeSpan.Zero, Wait, CancellationToken.None));

        await sqs.ChangeVisibilityAsync(url, first.ReceiptHandle, TimeSpan.Zero, CancellationToken.None);
        var second = Assert.Single(await sqs.ReceiveAsync(url, 10, Wait, Wait, CancellationToken.None));
        await sqs.DeleteAsync(url, second.ReceiptHandle, CancellationToken.None);

        Assert.Equal("2", second.SystemAttributes["ApproximateReceiveCount"]);
        var left = await sqs.GetQueueAttributesAsync(url, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"], CancellationToken.None);
        Assert.All(left.Values, count => Assert.Equal("0", count));
    }

    [SkippableFact]
    public async Task GetQueueUrlAsync_KnownAndUnknownQueue_IsItsUrlOrSaysThatThereIsNone()
    {
        var emulators = await AwsEmulators.GetAsync();
        var url = await AwsMessagingEmulator.CreateQueueAsync("known");
        using var sqs = Sqs(emulators);

        Assert.Equal(url, await sqs.GetQueueUrlAsync("known", null, CancellationToken.None));
        Assert.Equal(url, await sqs.GetQueueUrlAsync("known", AwsEmulators.Account, CancellationToken.None));
        var refused = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sqs.GetQueueUrlAsync("unknown", null, CancellationToken.None));
        Assert.Matches("QueueDoesNotExist|NonExistentQueue", refused.ErrorCode);
    }

    [SkippableFact]
    public async Task PublishAsync_Boto3ReadsTheSubscribedQueue_TheSameMessageAndAttributes()
    {
        var emulators = await AwsEmulators.GetAsync();
        var queue = await AwsMessagingEmulator.CreateQueueAsync("published");
        var topic = await AwsMessagingEmulator.CreateTopicAsync("published");
        await AwsMessagingEmulator.SubscribeAsync(topic, "published");
        using var sns = Sns(emulators);

        var id = await sns.PublishAsync(topic, Body, new Dictionary<string, string> { ["status"] = "SUCCESS", ["job_id"] = "a&b=ü" }, null, null, CancellationToken.None);
        var said = await Boto3.RunAsync(emulators, """
            message = client("sqs").receive_message(QueueUrl=sys.argv[1], MessageAttributeNames=["All"], WaitTimeSeconds=10)["Messages"][0]
            print(json.dumps([message["Body"], {name: value["StringValue"] for name, value in sorted(message["MessageAttributes"].items())}], ensure_ascii=False))
            """, queue);

        Assert.NotEmpty(id);
        Assert.Equal("[\"är { \\\"a\\\": 1 } €\", {\"job_id\": \"a&b=ü\", \"status\": \"SUCCESS\"}]", said.Trim());
    }

    [SkippableFact]
    public async Task PublishAsync_UnknownTopic_SaysNotFound()
    {
        using var sns = Sns(await AwsEmulators.GetAsync());

        var refused = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => sns.PublishAsync(
            $"arn:aws:sns:{AwsEmulators.Region}:{AwsEmulators.Account}:unknown", "a", new Dictionary<string, string>(), null, null, CancellationToken.None));

        Assert.Equal("NotFound", refused.ErrorCode);
    }

    private static SqsClient Sqs(AwsEmulators emulators) => new(Configured(new SqsConfig(), emulators));

    private static SnsClient Sns(AwsEmulators emulators) => new(Configured(new SnsConfig(), emulators));

    private static TConfig Configured<TConfig>(TConfig config, AwsEmulators emulators)
        where TConfig : ClientConfig
    {
        config.ServiceURL = emulators.Url;
        config.AuthenticationRegion = AwsEmulators.Region;
        config.DefaultAWSCredentials = new BasicAWSCredentials(AwsEmulators.AccessKey, AwsEmulators.SecretKey);
        return config;
    }
}
