using System.Text.Json;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Deployment;

/// <summary>What LocalStack runs when it is ready, run against the emulator, with boto3 in the place of the AWS command line.</summary>
public sealed class LocalStackTests
{
    internal static readonly string Script = Checkout.PathOf("deploy", "localstack", "ready.d", "10-swath.sh");

    // aws SERVICE OPERATION --name value ... --query Path.To.Answer: as the command line writes boto3's calls.
    private const string CommandLine = """
        service, operation, *rest = sys.argv[1:]
        pascal = lambda name: "".join(part.capitalize() for part in name.lstrip("-").split("-"))
        arguments = {name: value for name, value in zip(rest[::2], rest[1::2])}
        query = arguments.pop("--query", None)
        arguments.pop("--output", None)
        def value(name, text):
            if text.startswith("{"): return json.loads(text)
            if name == "--attributes": return dict(pair.split("=") for pair in text.split(","))
            return text.split() if name.endswith("s") else text
        names = {"--notification-endpoint": "Endpoint"}
        parameters = {names.get(name, pascal(name)): value(name, text) for name, text in arguments.items()}
        answer = getattr(client({"s3api": "s3"}.get(service, service)), operation.replace("-", "_"))(**parameters)
        for step in (query or "").split(".") if query else []:
            answer = answer[step]
        if query: print(answer)
        """;

    private const string Inventory = """
        sqs, sns, s3 = client("sqs"), client("sns"), client("s3")
        url = sqs.get_queue_url(QueueName=sys.argv[1])["QueueUrl"]
        policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"])
        topic = [t["TopicArn"] for t in sns.list_topics()["Topics"] if t["TopicArn"].endswith(":" + sys.argv[2])]
        subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic[0])["Subscriptions"]
        print(json.dumps({
            "dead": policy["deadLetterTargetArn"].split(":")[-1], "tries": int(policy["maxReceiveCount"]), "topics": len(topic),
            "shown": [s["Endpoint"].split(":")[-1] for s in subscriptions],
            "buckets": sorted(b["Name"] for b in s3.list_buckets()["Buckets"] if b["Name"].startswith(sys.argv[3]))}))
        """;

    [SkippableFact]
    public async Task Script_RunTwice_LeavesQueuesTopicAndBucketsOnce()
    {
        var emulators = await AwsEmulators.GetAsync();
        var folder = Directory.CreateTempSubdirectory("swath-localstack-");
        try
        {
            var aws = Path.Combine(folder.FullName, "aws");
            await Boto3.WriteProgramAsync(aws, CommandLine);
            var prefix = $"init-{Guid.NewGuid().ToString("N")[..8]}";
            var environment = new Dictionary<string, string>(emulators.Environment)
            {
                ["AWS"] = aws,
                ["SWATH_REQUEST_QUEUE"] = $"{prefix}-requests",
                ["SWATH_STATUS_TOPIC"] = $"{prefix}-status",
                ["SWATH_IMAGE_BUCKET"] = $"{prefix}-images",
                ["SWATH_RESULT_BUCKET"] = $"{prefix}-results",
            };

            for (var run = 0; run < 2; run++)
                Assert.Contains("are there", await ExternalTool.RunAsync("sh", [Script], environment: environment), StringComparison.Ordinal);

            using var found = JsonDocument.Parse(await Boto3.RunAsync(emulators, Inventory, $"{prefix}-requests", $"{prefix}-status", prefix));
            var made = found.RootElement;
            Assert.Equal(($"{prefix}-requests-dlq", 3, 1), (made.GetProperty("dead").GetString(), made.GetProperty("tries").GetInt32(), made.GetProperty("topics").GetInt32()));
            Assert.Equal([$"{prefix}-status"], made.GetProperty("shown").EnumerateArray().Select(name => name.GetString()));
            Assert.Equal([$"{prefix}-images", $"{prefix}-results"], made.GetProperty("buckets").EnumerateArray().Select(name => name.GetString()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
