using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Swath.Endpoints.Aws.Kinesis;
using Swath.Testing;
using Swath.Worker.Sinks;
using Swath.Worker.Sinks.Kinesis;

namespace Swath.Worker.Tests.Sinks;

/// <summary>Against the Kinesis emulator, through a proxy that checks signatures and makes records fail, and read back by boto3 where it is at hand.</summary>
public sealed class KinesisSinkTests : IAsyncLifetime
{
    private readonly string _stream = "detections-" + Guid.NewGuid().ToString("N")[..12];
    private readonly Guid _job = Guid.NewGuid();
    private readonly HurriedClock _clock = new();
    private readonly List<JsonArray> _calls = [];
    private AwsEmulators? _emulators;
    private AwsProxy _proxy = null!;
    private KinesisStreams _streams = null!;

    /// <summary>By the number of the call and of the record in it.</summary>
    private Func<int, int, bool> Fails { get; set; } = (_, _) => false;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_emulators is null)
            return;
        _streams.Dispose();
        await _proxy.DisposeAsync();
    }

    [SkippableFact]
    public async Task CompleteAsync_Features_AreRecordsThatBoto3Reads()
    {
        var emulators = await StartAsync();
        await using (var sink = Sink())
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            for (var n = 0; n < 3; n++)
                await sink.WriteAsync(Encoding.UTF8.GetBytes($$"""{"type":"Feature","n":{{n}},"name":"Schäre"}"""), default);
            Assert.Empty(_calls);
            Assert.Equal($"kinesis://{_stream}", await sink.CompleteAsync(default));
        }

        var said = await Boto3.RunAsync(
            emulators,
            """
            kinesis = client("kinesis")
            shard = kinesis.describe_stream(StreamName=sys.argv[1])["StreamDescription"]["Shards"][0]["ShardId"]
            at = kinesis.get_shard_iterator(StreamName=sys.argv[1], ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            for record in kinesis.get_records(ShardIterator=at)["Records"]:
                collection = json.loads(record["Data"])
                print(record["PartitionKey"], collection["type"], len(collection["features"]), collection["features"][0]["n"], collection["features"][0]["name"])
            """,
            _stream);
        Assert.Equal([.. Enumerable.Range(0, 3).Select(n => $"{_job} FeatureCollection 1 {n} Schäre")], said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [SkippableTheory]
    [InlineData(500, 1201, new[] { 500, 500, 201 })]
    [InlineData(7, 15, new[] { 7, 7, 1 })]
    [InlineData(1, 2, new[] { 1, 1 })]
    [InlineData(500, 0, new int[0])]
    public async Task CompleteAsync_BatchSize_IsHonoured(int batchSize, int features, int[] expected)
    {
        await StartAsync();

        await SendAsync(features, batchSize: batchSize);

        Assert.Equal(expected, _calls.Select(call => call.Count));
        Assert.Equal(Enumerable.Range(0, features), await WrittenAsync());
    }

    [SkippableFact]
    public async Task CompleteAsync_LargeRecords_StayBelowFiveMebibytesACall()
    {
        await StartAsync();

        await SendAsync(12, length: 1_000_000);

        Assert.Equal([5, 5, 2], _calls.Select(call => call.Count));
        Assert.Equal(Enumerable.Range(0, 12), await WrittenAsync());
    }

    [SkippableFact]
    public async Task WriteAsync_FeatureLargerThanARecord_SaysSoBeforeAnythingIsSent()
    {
        await StartAsync();
        await using var sink = Sink();
        await sink.OpenAsync(TestSinks.Summary, default);
        await sink.WriteAsync(NumberedFeature.Write(1, 1000), default);

        var failure = await Assert.ThrowsAsync<SinkException>(async () => await sink.WriteAsync(NumberedFeature.Write(2, 1 << 20), default));

        Assert.Contains("a feature of 1048576 bytes does not fit into a record", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_calls);
    }

    [SkippableFact]
    public async Task CompleteAsync_LargestRecord_Fits()
    {
        await StartAsync();

        // With the frame of the collection, and the partition key, which counts.
        await SendAsync(1, length: (1 << 20) - """{"type":"FeatureCollection","features":[]}""".Length - 36);

        Assert.Equal([0], await WrittenAsync());
    }

    [SkippableFact]
    public async Task DisposeAsync_WithoutCompletion_SendsNothing()
    {
        await StartAsync();
        await using (var sink = Sink())
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            await sink.WriteAsync(NumberedFeature.Write(1, 100), default);
        }

        Assert.Empty(_calls);
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"swath-{_job:N}-*"));
    }

    [SkippableFact]
    public async Task CompleteAsync_SomeRecordsFail_OnlyTheyAreSentAgain()
    {
        await StartAsync();
        Fails = (call, record) => (call, record) is (0, 1 or 3) or (1, 1);

        await SendAsync(5);

        Assert.Equal([[0, 1, 2, 3, 4], [1, 3], [3]], _calls.Select(Numbers));
        Assert.Equal([0, 1, 2, 3, 4], (await WrittenAsync()).Order());
        Assert.Equal(2, _clock.Waits.Count);
        Assert.InRange(_clock.Waits[0].TotalSeconds, 0.05, 0.1);
        Assert.InRange(_clock.Waits[1].TotalSeconds, 0.1, 0.2);
    }

    [SkippableFact]
    public async Task CompleteAsync_AnyPatternOfFailures_WritesEveryFeatureOnce()
    {
        await StartAsync();
        var written = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(
                Gen.Choose(1, 20).SelectMany(features => Gen.Choose(1, 8).SelectMany(batch => Gen.Choose(0, int.MaxValue - 1).Select(seed => (features, batch, seed)))).ToArbitrary(),
                given =>
                {
                    var random = new Random(given.seed);
                    // Every fifth call goes well: no record runs out of attempts.
                    Fails = (call, _) => call % 5 != 4 && random.NextDouble() < 0.3;
                    _calls.Clear();
                    SendAsync(given.features, batchSize: given.batch).GetAwaiter().GetResult();
                    var all = WrittenAsync().GetAwaiter().GetResult();
                    var fresh = all.Skip(written).Order().ToArray();
                    written = all.Count;
                    return fresh.SequenceEqual(Enumerable.Range(0, given.features));
                }));
    }

    [SkippableFact]
    public async Task CompleteAsync_RecordNeverGetsIn_SaysHowManyWereWrittenAndWhatToDo()
    {
        await StartAsync();
        Fails = (call, record) => call == 1 ? record == 2 : call > 1;

        var failure = await Assert.ThrowsAsync<SinkException>(() => SendAsync(8, batchSize: 4));

        Assert.Equal(11, _calls.Count);
        Assert.Equal(
            $"The output Kinesis stream {_stream} can't be written (7 records were, 1 of a batch were not): ProvisionedThroughputExceededException: Rate exceeded for shard 0. "
            + "10 attempts were made. Give the stream more shards, or make it on-demand.",
            failure.Message);
    }

    [SkippableTheory]
    [InlineData(400, "ProvisionedThroughputExceededException", 2)]
    [InlineData(400, "ThrottlingException", 2)]
    [InlineData(500, "InternalFailure", 2)]
    public async Task CompleteAsync_CallIsRefusedForAWhile_IsMadeAgain(int status, string code, int calls)
    {
        await StartAsync();
        var refusals = 1;
        var pass = _proxy.Interfere;
        _proxy.Interfere = async (context, body) =>
        {
            if (Interlocked.Decrement(ref refusals) < 0)
                return await pass(context, body);
            await AnswerAsync(context, status, $$"""{"__type":"{{code}}","message":"slow down"}""");
            return true;
        };

        await SendAsync(3);

        Assert.Equal(calls, _proxy.Requests.Count);
        Assert.Equal([0, 1, 2], await WrittenAsync());
    }

    [SkippableFact]
    public async Task CompleteAsync_NoSuchStream_IsAskedOnceAndNamed()
    {
        await StartAsync();
        await using var sink = new KinesisSink("nobodys", _job.ToString(), 500, _streams, _clock);
        await sink.OpenAsync(TestSinks.Summary, default);
        await sink.WriteAsync(NumberedFeature.Write(1, 100), default);

        var failure = await Assert.ThrowsAsync<SinkException>(() => sink.CompleteAsync(default));

        Assert.Contains("Kinesis stream nobodys can't be written (0 records were, 1 of a batch were not): ResourceNotFoundException: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Create the stream", failure.Message, StringComparison.Ordinal);
        Assert.Single(_proxy.Requests);
    }

    [SkippableFact]
    public async Task CompleteAsync_SignedWithAnotherSecret_IsRefused()
    {
        await StartAsync();
        _proxy.Keys[AwsEmulators.AccessKey] = ("another", null);

        var failure = await Assert.ThrowsAsync<SinkException>(() => SendAsync(1));

        Assert.Contains("InvalidSignatureException", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_calls);
    }

    [Fact]
    public async Task CompleteAsync_NobodyListens_TriesAgainAndSaysWhy()
    {
        using var streams = TestSinks.Kinesis(TestSinks.Nowhere);
        await using var sink = new KinesisSink(_stream, _job.ToString(), 500, streams, _clock);
        await sink.OpenAsync(TestSinks.Summary, default);
        await sink.WriteAsync(NumberedFeature.Write(1, 100), default);

        var failure = await Assert.ThrowsAsync<SinkException>(() => sink.CompleteAsync(default));

        Assert.Contains("can't be reached", failure.Message, StringComparison.Ordinal);
        Assert.Equal(9, _clock.Waits.Count);
    }

    private async Task<AwsEmulators> StartAsync()
    {
        _emulators = await AwsEmulators.GetAsync();
        await KinesisEmulator.CreateStreamAsync(_emulators, _stream);
        _proxy = new AwsProxy(_emulators.KinesisUrl, "kinesis");
        _proxy.Interfere = PutAsync;
        _streams = TestSinks.Kinesis(_proxy.Url);
        return _emulators;
    }

    private KinesisSink Sink(int batchSize = 500) => new(_stream, _job.ToString(), batchSize, _streams, _clock);

    private async Task SendAsync(int features, int batchSize = 500, int length = 100)
    {
        await using var sink = Sink(batchSize);
        await sink.OpenAsync(TestSinks.Summary, default);
        for (var n = 0; n < features; n++)
            await sink.WriteAsync(NumberedFeature.Write(n, length), default);
        await sink.CompleteAsync(default);
    }

    private async Task<IReadOnlyList<int>> WrittenAsync() => [.. (await KinesisEmulator.ReadAsync(_emulators!, _stream)).Select(NumberedFeature.Read)];

    private static IEnumerable<int> Numbers(JsonArray call) => call.Select(record => NumberedFeature.Read(Convert.FromBase64String((string)record!["Data"]!)));

    // As Kinesis does it: those that fit go in, the others are named in the answer.
    private async Task<bool> PutAsync(HttpContext context, byte[] body)
    {
        var input = JsonNode.Parse(body)!.AsObject();
        var records = input["Records"]!.AsArray();
        var call = _calls.Count;
        _calls.Add(records.DeepClone().AsArray());
        var failed = records.Select((_, index) => Fails(call, index)).ToArray();
        if (!failed.Contains(true))
            return false;

        input["Records"] = new JsonArray([.. records.Where((_, index) => !failed[index]).Select(record => record!.DeepClone())]);
        var written = new Queue<JsonNode>();
        if (failed.Contains(false))
        {
            var (_, answer) = await _proxy.ForwardAsync(context, Encoding.UTF8.GetBytes(input.ToJsonString()));
            written = new Queue<JsonNode>(JsonNode.Parse(answer)!["Records"]!.AsArray().Select(record => record!.DeepClone()));
        }

        var outcomes = failed.Select(fails => fails
            ? new JsonObject { ["ErrorCode"] = "ProvisionedThroughputExceededException", ["ErrorMessage"] = "Rate exceeded for shard 0" }
            : written.Dequeue()).ToArray();
        await AnswerAsync(context, 200, new JsonObject { ["FailedRecordCount"] = failed.Count(fails => fails), ["Records"] = new JsonArray(outcomes) }.ToJsonString());
        return true;
    }

    private static async Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/x-amz-json-1.1";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json));
    }
}
