using System.Net.NetworkInformation;
using Swath.Testing;

namespace Swath.Endpoints.Tests.Aws;

public sealed class AwsEmulatorsTests
{
    [SkippableFact]
    public async Task GetAsync_Boto3_MeetsAllServices()
    {
        var emulators = await AwsEmulators.GetAsync();

        var said = await Boto3.RunAsync(
            emulators,
            """
            queue = client("sqs").create_queue(QueueName="boto3")["QueueUrl"]
            client("sqs").send_message(QueueUrl=queue, MessageBody="är", MessageAttributes={"kind": {"DataType": "String", "StringValue": "ships"}})
            received = client("sqs").receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
            assert received["Body"] == "är" and received["MessageAttributes"]["kind"]["StringValue"] == "ships"
            client("sns").create_topic(Name="boto3")
            s3 = client("s3")
            s3.create_bucket(Bucket="boto3")
            s3.put_object(Bucket="boto3", Key="large", Body=b"x" * (20 << 20))
            kinesis = client("kinesis")
            kinesis.create_stream(StreamName="boto3", ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName="boto3", WaiterConfig={"Delay": 1})
            keys = client("sts").assume_role(RoleArn="arn:aws:iam::000000000000:role/reader", RoleSessionName="boto3")["Credentials"]
            assert keys["SessionToken"] == "session-reader"
            # Other tests have topics of their own here.
            topics = [topic["TopicArn"] for topic in client("sns").list_topics()["Topics"] if topic["TopicArn"].endswith(":boto3")]
            print(queue, s3.head_object(Bucket="boto3", Key="large")["ContentLength"], *topics)
            """);

        Assert.Equal($"{emulators.Url}/{AwsEmulators.Account}/boto3 {20 << 20} arn:aws:sns:{AwsEmulators.Region}:{AwsEmulators.Account}:boto3", said.Trim());
    }

    [SkippableFact]
    public async Task StartAsync_OnesOwn_ListensOnLoopbackOnlyAndEnds()
    {
        using var emulators = await AwsEmulators.StartAsync();
        int[] ports = [new Uri(emulators.Url).Port, new Uri(emulators.KinesisUrl).Port];

        Assert.All(ports, port => Assert.Equal(System.Net.IPAddress.Loopback, Assert.Single(Listeners(port))));
        emulators.Dispose();
        Assert.All(ports, port => Assert.Empty(Listeners(port)));
    }

    private static IEnumerable<System.Net.IPAddress> Listeners(int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => listener.Port == port).Select(listener => listener.Address);
}
