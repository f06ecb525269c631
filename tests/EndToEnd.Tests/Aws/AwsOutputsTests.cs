using System.Text.Json;
using Swath.Imaging;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>The command line with everything at AWS but the image: SageMaker in, S3 and Kinesis out. boto3 makes and reads what is there.</summary>
public sealed class AwsOutputsTests
{
    [SkippableFact]
    public async Task Run_S3KinesisAndAFile_AllHaveTheSameFeatures()
    {
        var emulators = await AwsEmulators.GetAsync();
        var place = await MakePlaceAsync(emulators);
        await using var cli = new SwathCli(emulators.Environment);
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var id = Guid.NewGuid();

        var outcome = await cli.RunAsync(
            "run", WriteImage(cli), "--endpoint", model.Url, "--tile-size", "128", "--overlap", "16", "--id", $"{id}",
            "-o", cli.PathOf("a.geojson"), "-o", $"s3://{place}/results/", "-o", $"kinesis://{place}");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains($"s3://{place}/results/{id}.geojson", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"kinesis://{place}", outcome.Output, StringComparison.Ordinal);
        var inFile = Ids(await File.ReadAllBytesAsync(cli.PathOf("a.geojson")));
        Assert.Equal(inFile, await IdsInS3Async(emulators, place, $"results/{id}.geojson"));
        Assert.Equal(inFile, await IdsInKinesisAsync(emulators, place));
        Assert.NotEmpty(inFile);
    }

    [SkippableFact]
    public async Task Run_BucketAndStreamThatAreNotThere_EndsBeforeTheModelIsAskedAndNamesBoth()
    {
        var emulators = await AwsEmulators.GetAsync();
        await using var cli = new SwathCli(emulators.Environment);
        await using var model = new WatchedModel();

        var outcome = await cli.RunAsync(
            "run", WriteImage(cli), "--endpoint", model.Url, "--tile-size", "128", "--overlap", "16",
            "-o", "s3://nobodys-bucket", "-o", "kinesis://nobodys-stream", "-o", cli.PathOf("a.geojson"));

        Assert.True(outcome.ExitCode == 1, outcome.ToString());
        Assert.Equal(0, model.Requests);
        Assert.Matches("OutputNotWritable: The output s3://nobodys-bucket/.*geojson can't be written: NoSuchBucket: .* Create the bucket", outcome.Output);
        Assert.Contains("The output Kinesis stream nobodys-stream can't be written: there is no such stream", outcome.Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_SageMaker_InvokesTheSelectedVariantForEachTile(bool endpointSaysLittle)
    {
        var emulators = await AwsEmulators.GetAsync();
        await using var plain = new SwathCli();
        await using var model = await ModelProcess.StartAsync(plain, "--model", "centerpoint");
        await using var front = new SageMakerFront(model.Url) { SaysLittle = endpointSaysLittle };
        await using var cli = new SwathCli(new Dictionary<string, string>(emulators.Environment) { ["AWS_ENDPOINT_URL"] = front.Url, ["AWS_SESSION_TOKEN"] = "session" });

        var outcome = await cli.RunAsync(
            "run", WriteImage(cli), "--endpoint", "ships", "--tile-size", "128", "--overlap", "16", "-o", cli.PathOf("a.geojson"));

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var features = Ids(await File.ReadAllBytesAsync(cli.PathOf("a.geojson")));
        Assert.NotEmpty(features);
        Assert.Equal(features.Count, front.Invocations.Count);
        Assert.All(front.Invocations, invocation => Assert.Equal(("blue", "session"), invocation));
    }

    private static string WriteImage(SwathCli cli)
    {
        var path = cli.PathOf("image.tif");
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(600, 400, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
        return path;
    }

    /// <summary>A bucket and a stream of one name.</summary>
    private static async Task<string> MakePlaceAsync(AwsEmulators emulators)
    {
        var name = "outputs-" + Guid.NewGuid().ToString("N")[..12];
        await Boto3.RunAsync(
            emulators,
            """
            client("s3").create_bucket(Bucket=sys.argv[1])
            client("kinesis").create_stream(StreamName=sys.argv[1], ShardCount=1)
            client("kinesis").get_waiter("stream_exists").wait(StreamName=sys.argv[1], WaiterConfig={"Delay": 1})
            """,
            name);
        return name;
    }

    private static List<string> Ids(byte[] collection)
    {
        using var document = JsonDocument.Parse(collection);
        return [.. document.RootElement.GetProperty("features").EnumerateArray().Select(feature => feature.GetProperty("id").GetString()!)];
    }

    private static async Task<List<string>> IdsInS3Async(AwsEmulators emulators, string bucket, string key) => Lines(await Boto3.RunAsync(
        emulators,
        """
        for feature in json.load(client("s3").get_object(Bucket=sys.argv[1], Key=sys.argv[2])["Body"])["features"]:
            print(feature["id"])
        """,
        bucket,
        key));

    private static async Task<List<string>> IdsInKinesisAsync(AwsEmulators emulators, string stream) => Lines(await Boto3.RunAsync(
        emulators,
        """
        kinesis = client("kinesis")
        shard = kinesis.list_shards(StreamName=sys.argv[1])["Shards"][0]["ShardId"]
        at = kinesis.get_shard_iterator(StreamName=sys.argv[1], ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=at)["Records"]:
            print(json.loads(record["Data"])["features"][0]["id"])
        """,
        stream));

    private static List<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}
