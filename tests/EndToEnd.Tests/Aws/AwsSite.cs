using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.DependencyInjection;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Aws.Sqs;
using Swath.Imaging;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>A request queue with its dead-letter queue, a topic with a queue behind it, and a bucket: what a deployment on AWS has.</summary>
internal sealed class AwsSite : IAsyncDisposable
{
    private const int TileSize = 128;
    private const int Overlap = 16;
    private const int Images = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _name;
    private readonly ServiceProvider _clients;
    private readonly ISqsClient _sqs;
    private readonly AmazonS3Client _s3;
    private string _requests = "";
    private string _dead = "";
    private string _status = "";

    private AwsSite(string name, ServiceProvider clients, AmazonS3Client s3, IEnumerable<(string, string)> settings)
    {
        _name = name;
        _clients = clients;
        _sqs = clients.GetRequiredService<ISqsClient>();
        _s3 = s3;
        Settings = [.. settings];
    }

    /// <summary>Environment variables of a Swath that works here.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; }

    public static async Task<AwsSite> CreateAsync(string name)
    {
        await AwsMessagingEmulator.UseAsync();
        var emulators = await AwsEmulators.GetAsync();
        var dead = await AwsMessagingEmulator.CreateQueueAsync($"{name}-dlq");
        var policy = JsonSerializer.Serialize(new { deadLetterTargetArn = AwsMessagingEmulator.ArnOf($"{name}-dlq"), maxReceiveCount = 10 });
        var requests = await AwsMessagingEmulator.CreateQueueAsync(name, ("RedrivePolicy", policy));
        var status = await AwsMessagingEmulator.CreateQueueAsync($"{name}-status");
        var topic = await AwsMessagingEmulator.CreateTopicAsync(name);
        await AwsMessagingEmulator.SubscribeAsync(topic, $"{name}-status");
        var s3 = new AmazonS3Client(new AmazonS3Config { ServiceURL = emulators.Url, ForcePathStyle = true, AuthenticationRegion = AwsEmulators.Region });
        await s3.PutBucketAsync(name);
        var settings = emulators.Environment.Select(variable => (variable.Key, variable.Value)).Concat(
            [("IMAGE_QUEUE", name), ("IMAGE_STATUS_TOPIC", topic), ("REGION_STATUS_TOPIC", topic), ("IMAGE_QUEUE_VISIBILITY_SECONDS", "10")]);
        return new AwsSite(name, new ServiceCollection().AddSwathAwsMessaging().BuildServiceProvider(), s3, settings)
        {
            _requests = requests,
            _dead = dead,
            _status = status,
        };
    }

    /// <summary>Where the sample model finds one point a tile, in the image of a job, by row and column.</summary>
    public static IReadOnlyList<(double X, double Y)> ExpectedFeatures(int job)
    {
        var across = AcrossOf(job);
        var centres = Enumerable.Range(0, across).Select(tile => (tile * (TileSize - Overlap)) + (TileSize / 2.0)).ToList();
        return [.. centres.SelectMany(y => centres.Select(x => (x, y)))];
    }

    public async Task UploadImagesAsync(SwathCli cli)
    {
        for (var image = 0; image < Images; image++)
        {
            var path = cli.PathOf($"{image}.tif");
            var pixels = ((TileSize - Overlap) * AcrossOf(image)) + Overlap;
            using (var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(pixels, pixels, 1, 32618, 500_000, 4_500_000, 0.5)))
            {
                while (writer.RowsInNext > 0)
                    writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
            }
            await _s3.PutObjectAsync(new PutObjectRequest { BucketName = _name, Key = $"images/{image}.tif", FilePath = path });
        }
        await _s3.PutObjectAsync(new PutObjectRequest { BucketName = _name, Key = "text.txt", ContentBody = "This is no image." });
    }

    public Task RequestAsync(string jobId, int job, string model) => SendAsync(Body(jobId, job, model));

    /// <summary>A request in osml-model-runner's form; members that are given again replace the earlier ones.</summary>
    public string Body(string jobId, int job, string model, params (string Name, string Json)[] members)
    {
        var body = JsonNode.Parse(
            $$"""
            {
              "jobName": "{{jobId}}", "jobId": "{{jobId}}", "imageUrls": ["s3://{{_name}}/images/{{job % Images}}.tif"],
              "outputs": [{"type": "S3", "bucket": "{{_name}}", "prefix": "results/"}],
              "imageProcessor": {"name": "{{model}}", "type": "HTTP_ENDPOINT"},
              "imageProcessorTileSize": "{{TileSize}}", "imageProcessorTileOverlap": {{Overlap}},
              "imageProcessorTileFormat": "GTIFF", "imageProcessorTileCompression": "NONE"
            }
            """)!;
        foreach (var (name, json) in members)
            body[name] = JsonNode.Parse(json);
        return body.ToJsonString();
    }

    public Task SendAsync(string body) => _sqs.SendAsync(_requests, body, null, null, null, CancellationToken.None);

    /// <summary>Takes notifications, in the order in which they came, until there are enough.</summary>
    public async Task<List<SqsMessage>> ToldAsync(Func<IReadOnlyList<SqsMessage>, bool> enough)
    {
        var told = new List<SqsMessage>();
        using var patience = new CancellationTokenSource(Patience);
        while (!enough(told))
            told.AddRange(await TakeAsync(_status, patience.Token));
        return told;
    }

    public async Task<IReadOnlyList<string>> DeadAsync(int count)
    {
        var dead = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        while (dead.Count < count)
            dead.AddRange((await TakeAsync(_dead, patience.Token)).Select(message => message.Body));
        return dead;
    }

    public async Task<int> WaitingRequestsAsync()
    {
        string[] names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        var attributes = await _sqs.GetQueueAttributesAsync(_requests, names, CancellationToken.None);
        return names.Sum(name => int.Parse(attributes[name], CultureInfo.InvariantCulture));
    }

    /// <summary>What a job's result holds, by row and column.</summary>
    public async Task<IReadOnlyList<(double X, double Y)>> FeaturesAsync(string jobId)
    {
        using var result = await _s3.GetObjectAsync(_name, $"results/{Uri.EscapeDataString(jobId)}.geojson");
        using var json = await JsonDocument.ParseAsync(result.ResponseStream);
        Assert.Equal(jobId, json.RootElement.GetProperty("swath").GetProperty("externalId").GetString());
        return [.. json.RootElement.GetProperty("features").EnumerateArray().Select(PointFeature.Of).Select(feature => (feature.X, feature.Y)).OrderBy(f => f.Y).ThenBy(f => f.X)];
    }

    public async ValueTask DisposeAsync()
    {
        _s3.Dispose();
        await _clients.DisposeAsync();
    }

    private static int AcrossOf(int job) => 3 + (job % Images);

    // One by one: the queue's own order is then the order here.
    private async Task<IReadOnlyList<SqsMessage>> TakeAsync(string queue, CancellationToken cancellationToken)
    {
        var messages = await _sqs.ReceiveAsync(queue, 1, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), cancellationToken);
        foreach (var message in messages)
            await _sqs.DeleteAsync(queue, message.ReceiptHandle, cancellationToken);
        return messages;
    }
}
