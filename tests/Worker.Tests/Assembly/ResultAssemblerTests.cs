using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence;
using Swath.Persistence.TileResults;
using Swath.Testing;
using Swath.Worker.Assembly;
using Swath.Worker.Features;
using Swath.Worker.Sinks;
using Swath.Worker.Tests.Sinks;

namespace Swath.Worker.Tests.Assembly;

public sealed class ResultAssemblerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swath-assembly-tests-").FullName;
    private readonly TileResultStore _store = new(database.DataSource);

    private string Output => Path.Combine(_folder, "out.geojson");

    [Fact]
    public async Task AssembleAsync_DuplicatesBetweenTilesAndRegions_AreWrittenOnce()
    {
        var work = Work();
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(70, 10, 90, 30, 0.9), Box(5, 5, 15, 15, 0.8));
        await StoreAsync(work.JobId, 1, new PixelWindow(60, 0, 100, 100), Box(70, 10, 90, 30, 0.7), Box(120, 5, 130, 15, 0.6));

        var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work)).Message;
        Assert.Equal((3L, Output), (outcome.Features, Assert.Single(outcome.Results)));
        var (features, summary) = Read();
        Assert.Equal([0.9, 0.8, 0.6], features.Select(Score));
        Assert.Equal((2, 3, 1), (summary.GetProperty("tiles").GetInt32(), summary.GetProperty("features").GetInt32(), summary.GetProperty("distilled").GetInt32()));
    }

    [Fact]
    public async Task AssembleAsync_Twice_WritesTheSameBytes()
    {
        var work = Work();
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(70, 10, 90, 30, 0.9));
        await AssembleAsync(work);
        var first = await File.ReadAllBytesAsync(Output);
        await AssembleAsync(work);
        Assert.Equal(first, await File.ReadAllBytesAsync(Output));
    }

    [Fact]
    public async Task AssembleAsync_FailedTilesAndWarnings_AreInTheSummary()
    {
        var work = Work() with { Warnings = ["no georeferencing"], FailedRegions = [new FailedRegion(new PixelWindow(160, 0, 40, 100), "lost")] };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100));
        await _store.SaveAsync([new TileResult { JobId = work.JobId, RegionId = 0, Attempt = 1, Window = new PixelWindow(60, 0, 100, 100), Features = 0, Payload = Array.Empty<byte>(), Failure = "bad block" }]);
        await AssembleAsync(work);
        var summary = Read().Summary;
        Assert.Equal("""[{"window":[60,0,100,100],"reason":"bad block"}]""", summary.GetProperty("failedTiles").GetRawText());
        Assert.Equal("""[{"window":[160,0,40,100],"reason":"lost"}]""", summary.GetProperty("failedRegions").GetRawText());
        Assert.Equal("no georeferencing", summary.GetProperty("warnings")[0].GetString());
    }

    [Fact]
    public async Task AssembleAsync_FeaturesThatCouldNotBeUsed_AreCountedAndNamed()
    {
        var work = Work();
        foreach (var (x, dropped, reason) in new[] { (0, 2, "features[3] is nowhere."), (60, 0, null), (120, 1, "features[0] has no area.") })
            await _store.SaveAsync([new TileResult { JobId = work.JobId, RegionId = 0, Attempt = 1, Window = new PixelWindow(x, 0, 100, 100), Features = 0, Payload = TilePayload.Write([]), Dropped = dropped, DroppedReason = reason }]);

        var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work)).Message;

        var warning = Assert.Single(outcome.Warnings!);
        Assert.StartsWith("3 features of 2 tiles could not be used", warning, StringComparison.Ordinal);
        Assert.Contains("features[3] is nowhere.", warning, StringComparison.Ordinal);
        Assert.Equal((3L, 3L), (outcome.DroppedFeatures, Read().Summary.GetProperty("droppedFeatures").GetInt64()));
        Assert.Equal([warning], Read().Summary.GetProperty("warnings").EnumerateArray().Select(text => text.GetString()));
    }

    [Fact]
    public async Task AssembleAsync_OutputThatTheJobMayNotWrite_IsNotTouchedAndTheOthersAreWritten()
    {
        var folder = Path.GetDirectoryName(Output)!;
        var elsewhere = Directory.CreateTempSubdirectory("swath-elsewhere-");
        try
        {
            // A link that was put there after the request had passed the door.
            var link = Path.Combine(folder, "link");
            Directory.CreateSymbolicLink(link, elsewhere.FullName);
            var work = Work() with
            {
                Grants = new Grants { OutputRoots = [folder] },
                Outputs = [OutputSink.ToFile(Path.Combine(link, "a.geojson")), OutputSink.ToFile(Path.Combine(elsewhere.FullName, "b.geojson")), OutputSink.ToFile(Output)],
            };
            await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));

            var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work)).Message;

            Assert.Equal(2, outcome.FailedOutputs.Count);
            Assert.All(outcome.FailedOutputs, failure => Assert.Contains("OUTPUT_ROOTS", failure, StringComparison.Ordinal));
            Assert.Empty(elsewhere.GetFiles());
            Assert.True(File.Exists(Output));
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task AssembleAsync_RequestProperties_AreInEveryFeature()
    {
        var work = Work() with { FeatureProperties = [JsonDocument.Parse("""{"mission":"m1"}""").RootElement] };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9), Box(20, 20, 30, 30, 0.9));
        await AssembleAsync(work);
        Assert.All(Read().Features, feature => Assert.Equal("m1", feature.GetProperty("properties").GetProperty("mission").GetString()));
    }

    [Fact]
    public async Task AssembleAsync_SoftNms_WritesTheLoweredScores()
    {
        var work = Work() with { PostProcessing = [new PostProcessingStep { Algorithm = DistillationAlgorithm.SoftNms, Sigma = 0.5 }] };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(65, 10, 85, 30, 0.9));
        await StoreAsync(work.JobId, 0, new PixelWindow(60, 0, 100, 100), Box(70, 10, 90, 30, 0.8));
        await AssembleAsync(work);
        Assert.Equal(0.8 * Math.Exp(-0.36 / 0.5), Read().Features.Select(Score).Min(), 12);
    }

    [Fact]
    public async Task AssembleAsync_OneOutputFails_TheOtherIsWritten()
    {
        var work = Work() with { Outputs = [new OutputSink { Type = OutputType.S3, Bucket = "b" }, OutputSink.ToFile(Output)] };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work)).Message;
        Assert.Equal([Output], outcome.Results);
        Assert.StartsWith($"The output s3://b/{work.JobId}.geojson can't be written: it can't be reached", Assert.Single(outcome.FailedOutputs), StringComparison.Ordinal);
        Assert.Single(Read().Features);
    }

    [Fact]
    public async Task AssembleAsync_EveryOutputFails_SaysWhyAndCountsTheFeaturesAllTheSame()
    {
        var work = Work() with { Outputs = [OutputSink.ToFile(_folder)] };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work)).Message;
        Assert.Contains(_folder, Assert.Single(outcome.FailedOutputs), StringComparison.Ordinal);
        Assert.Empty(outcome.Results);
        Assert.Equal([new OutputOutcome(0, Failure: outcome.FailedOutputs[0])], outcome.Outputs);
        Assert.Equal(1, outcome.Features);
    }

    [Fact]
    public async Task AssembleAsync_OnlySomeOutputs_LeavesTheOthersAsTheyAre()
    {
        var (kept, written) = (Path.Combine(_folder, "kept.geojson"), Output);
        await File.WriteAllTextAsync(kept, "older");
        var work = Work() with { Outputs = [OutputSink.ToFile(kept), OutputSink.ToFile(written)], OnlyOutputs = [1], TilesFinished = 1 };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work)).Message;
        Assert.Equal([new OutputOutcome(1, written)], outcome.Outputs);
        Assert.Equal("older", await File.ReadAllTextAsync(kept));
        Assert.Single(Read().Features);
    }

    [Fact]
    public async Task AssembleAsync_FinishedTilesAreGone_WritesNothingAndSaysSo()
    {
        var work = Work() with { TilesFinished = 2 };
        await File.WriteAllTextAsync(Output, "older");
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        var outcome = Assert.IsType<AssemblyOutcome.Failed>(await AssembleAsync(work)).Message;
        Assert.Contains("of 2 finished tiles 1 are still kept", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal("older", await File.ReadAllTextAsync(Output));
    }

    [Fact]
    public async Task AssembleAsync_OneOutputFailsInAWayThatNobodyThoughtOf_TheOtherIsWritten()
    {
        var work = Work() with { Outputs = [new OutputSink { Type = OutputType.Kinesis, Stream = "s" }, OutputSink.ToFile(Output)] };
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        var outcome = Assert.IsType<AssemblyOutcome.Completed>(await AssembleAsync(work, sinks: new BrokenSinks(OutputType.Kinesis))).Message;
        Assert.Contains("out of cheese", Assert.Single(outcome.FailedOutputs), StringComparison.Ordinal);
        Assert.Equal([Output], outcome.Results);
        Assert.Single(Read().Features);
    }

    [Fact]
    public async Task AssembleAsync_CheckpointsGoBetweenTheTwoReadings_LeavesTheOlderFile()
    {
        var work = Work();
        await File.WriteAllTextAsync(Output, "older");
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        var sinks = new SweepingSinks(() => _store.DeleteAsync(work.JobId));
        await Assert.ThrowsAsync<CheckpointsChangedException>(() => AssembleAsync(work, sinks: sinks));
        Assert.Equal("older", await File.ReadAllTextAsync(Output));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task AssembleAsync_JobEndsMeanwhile_LeavesTheOlderFile()
    {
        var work = Work();
        await File.WriteAllTextAsync(Output, "older");
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        Assert.IsType<AssemblyOutcome.Dropped>(await AssembleAsync(work, _ => Task.FromResult(false)));
        Assert.Equal("older", await File.ReadAllTextAsync(Output));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task AssembleAsync_SinkSlowerThanAStatementMayBe_WritesAllAndHoldsNoStatementOpen()
    {
        // One connection: a statement that were still open while the sink works would leave it none.
        await using var connections = SwathConnections.Open(
            $"{database.ConnectionString};Maximum Pool Size=1", new DatabaseOptions { StatementTimeout = TimeSpan.FromMilliseconds(500), MinPoolSize = 0 }, 1);
        var work = Work();
        for (var tile = 0; tile < 300; tile++)
        {
            var (x, y) = (tile % 50 * 100, tile / 50 * 100);
            await StoreAsync(work.JobId, tile / 150, new PixelWindow(x, y, 100, 100), Box(x + 40, y + 40, x + 60, y + 60, 0.9));
        }


        var outcome = await new ResultAssembler(new TileResultStore(connections.Interactive), new BusySinks(connections.Interactive, "select pg_sleep(0.005)"), WideAccess.Settings)
            .AssembleAsync(work, _ => Task.FromResult(true), default);

        Assert.Equal(300, Assert.IsType<AssemblyOutcome.Completed>(outcome).Message.Features);
        Assert.Equal(300, Read().Features.Count);
    }

    [Fact]
    public async Task Consume_CommandThatAnotherIsAt_IsLeftAtOnceAndTheNextIsTaken()
    {
        var work = Work();
        await SetStateAsync(work.JobId, "Assembling");
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "leaves");
        var (consumed, ends) = (new ConsumeWatch<AssembleResult>(), new ConsumeWatch<JobCompleted>());
        worker.Get<IBus>().ConnectConsumeMessageObserver(consumed);
        await worker.Get<IBusControl>().ConnectReceiveEndpoint(Queues.ImageJob.AbsolutePath, endpoint => endpoint.Handler<JobCompleted>(_ => Task.CompletedTask)).Ready;
        worker.Get<IBus>().ConnectConsumeMessageObserver(ends);
        var endpoint = await worker.Get<IBus>().GetSendEndpoint(Queues.AssembleResult);

        await using (var other = await AssemblyTurn.TryTakeAsync(database.DataSource, database.DataSource, work.JobId, default))
        {
            Assert.True(await other!.IsAssemblingAsync(default));
            await endpoint.Send(work);
            await consumed.NextAsync();
            Assert.False(File.Exists(Output));
        }

        await endpoint.Send(work);
        Assert.Equal(1, (await ends.NextAsync()).Features);
    }

    [Fact]
    public async Task Consume_JobBeingAssembled_PublishesTheEnd()
    {
        var work = Work();
        await SetStateAsync(work.JobId, "Assembling");
        await StoreAsync(work.JobId, 0, new PixelWindow(0, 0, 100, 100), Box(1, 1, 5, 5, 0.9));
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "assembles");
        var ended = new TaskCompletionSource<JobCompleted>();
        worker.Get<MassTransit.IBusControl>().ConnectReceiveEndpoint(Queues.ImageJob.AbsolutePath, e => MassTransit.HandlerExtensions.Handler<JobCompleted>(e, c =>
        {
            ended.TrySetResult(c.Message);
            return Task.CompletedTask;
        }));
        var endpoint = await worker.Get<MassTransit.IBus>().GetSendEndpoint(Queues.AssembleResult);
        await endpoint.Send(work);
        Assert.Equal(1, (await ended.Task.WaitAsync(TimeSpan.FromSeconds(60))).Features);
    }

    [Fact]
    public async Task SweepAsync_FinalJobs_LoseTheirCheckpointsAndOthersKeepThem()
    {
        Guid done = Guid.NewGuid(), running = Guid.NewGuid(), partial = Guid.NewGuid(), failed = Guid.NewGuid();
        await SetStateAsync(done, "Completed");
        await SetStateAsync(running, "Running");
        await SetStateAsync(partial, "PartiallyCompleted");
        await SetStateAsync(failed, "Failed");
        foreach (var job in new[] { done, running, partial, failed })
        {
            await StoreAsync(job, 0, new PixelWindow(0, 0, 10, 10));
            await StoreAsync(job, 1, new PixelWindow(5, 0, 10, 10));
        }

        await CheckpointSweep.SweepAsync(database.DataSource, DateTimeOffset.UnixEpoch, default);
        Assert.Single(await _store.FinishedAsync(partial, 0));
        Assert.Single(await _store.FinishedAsync(failed, 0));
        Assert.Empty(await _store.FinishedAsync(done, 0));
        await CheckpointSweep.SweepAsync(database.DataSource, DateTimeOffset.MaxValue, default);
        Assert.Empty(await _store.FinishedAsync(partial, 0));
        Assert.Empty(await _store.FinishedAsync(failed, 0));
        Assert.Empty(await _store.FinishedAsync(done, 0));
        Assert.Single(await _store.FinishedAsync(running, 0));
        Assert.Single(await _store.FinishedAsync(running, 1));
    }

    [Fact]
    public async Task Sweep_JobThatWasAssembledHere_LosesItsCheckpointsASecondLater()
    {
        Guid earlier = Guid.NewGuid(), done = Guid.NewGuid(), partial = Guid.NewGuid();
        var (clock, assembled) = (new FakeTimeProvider(), new AssembledJobs());
        using var sweep = new CheckpointSweep(database.DataSource, assembled, clock, NullLogger<CheckpointSweep>.Instance);
        await AddAsync(earlier, "Completed");
        await sweep.StartAsync(default);
        await GoneAsync(earlier);

        await AddAsync(partial, "PartiallyCompleted");
        await AddAsync(done, "Completed");
        assembled.Add(partial);
        assembled.Add(done);
        var start = clock.GetUtcNow();
        await GoneAsync(done, () => clock.Advance(TimeSpan.FromMilliseconds(100)));

        Assert.InRange(clock.GetUtcNow() - start, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50));
        Assert.Single(await _store.FinishedAsync(partial, 0));
        await sweep.StopAsync(default);

        async Task AddAsync(Guid job, string state)
        {
            await SetStateAsync(job, state);
            await StoreAsync(job, 0, new PixelWindow(0, 0, 10, 10));
        }

        async Task GoneAsync(Guid job, Action? again = null)
        {
            while ((await _store.FinishedAsync(job, 0)).Count > 0)
                again?.Invoke();
        }
    }

    [Fact]
    public async Task SweepRegionsAsync_JobsFinalBeforeTheTime_LoseTheirRegionsAndOthersKeepThem()
    {
        Guid done = Guid.NewGuid(), running = Guid.NewGuid();
        await SetStateAsync(done, "Completed");
        await SetStateAsync(running, "Running");
        foreach (var job in new[] { done, running })
        {
            await using var insert = database.DataSource.CreateCommand("insert into job_regions (job_id, region_id, tiles, kind) values ($1, 0, 1, 'k')");
            insert.Parameters.AddWithValue(job);
            await insert.ExecuteNonQueryAsync();
        }

        Assert.Equal(0, await CheckpointSweep.SweepRegionsAsync(database.DataSource, TimeProvider.System.GetUtcNow().AddDays(-7), default));
        Assert.Equal(1, await CheckpointSweep.SweepRegionsAsync(database.DataSource, TimeProvider.System.GetUtcNow().AddDays(1), default));
        Assert.Equal(0, await CheckpointSweep.SweepRegionsAsync(database.DataSource, TimeProvider.System.GetUtcNow().AddDays(1), default));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<AssemblyOutcome> AssembleAsync(AssembleResult work, Func<CancellationToken, Task<bool>>? isWanted = null, IFeatureSinkFactory? sinks = null) =>
        new ResultAssembler(_store, sinks ?? TestSinks.Factory(), WideAccess.Settings).AssembleAsync(work, isWanted ?? (_ => Task.FromResult(true)), default);

    private AssembleResult Work() => new()
    {
        JobId = Guid.NewGuid(),
        JobName = "job",
        ImageUrl = "a.tif",
        Image = new ImageHeader { Width = 200, Height = 100, Bands = 1, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.None },
        Endpoint = new ModelEndpoint { Name = "http://model" },
        Tile = new TileOptions(),
        Outputs = [OutputSink.ToFile(Output)],
        PostProcessing = [PostProcessingStep.Default],
    };

    private async Task StoreAsync(Guid jobId, int region, PixelWindow tile, params (PixelBounds Bounds, double Score)[] boxes)
    {
        using var writer = new FeatureWriter(new FeatureOrigin(jobId, region, "a.tif", Work().Image with { Width = 10_000, Height = 10_000 }), TimeProvider.System);
        var features = boxes.Select((box, index) => writer.Write(
            new Detection
            {
                Geometry = PixelGeometry.Box(box.Bounds.Translate(-tile.X, -tile.Y)),
                Bounds = box.Bounds.Translate(-tile.X, -tile.Y),
                Score = box.Score,
                Classes = [new FeatureClass("ship", box.Score)],
            },
            tile, index, null)).ToList();
        await _store.SaveAsync([new TileResult { JobId = jobId, RegionId = region, Attempt = 1, Window = tile, Features = features.Count, Payload = TilePayload.Write(features) }]);
    }

    private async Task SetStateAsync(Guid jobId, string state)
    {
        await using var insert = database.DataSource.CreateCommand(
            """
            insert into jobs (job_id, name, tenant, state, image_url, endpoint, priority, regions_total, regions_done, regions_failed, tiles_total, tiles_done,
                tiles_failed, features, requested_at, finished_at, updated_at, version)
            values ($1, 'job', 't', $2, 'a.tif', 'e', 1, 1, 1, 0, 1, 1, 0, 0, now(), case when $2 like '%Completed' or $2 = 'Failed' then now() end, now(), 1)
            """);
        insert.Parameters.AddWithValue(jobId);
        insert.Parameters.AddWithValue(state);
        await insert.ExecuteNonQueryAsync();
    }

    // Who waits asks again and again: it is the last that its session did, which is not so of who has the turn.
    private (List<JsonElement> Features, JsonElement Summary) Read()
    {
        var root = JsonDocument.Parse(File.ReadAllBytes(Output)).RootElement;
        return ([.. root.GetProperty("features").EnumerateArray()], root.GetProperty("swath"));
    }

    private static (PixelBounds Bounds, double Score) Box(double minX, double minY, double maxX, double maxY, double score) => (new PixelBounds(minX, minY, maxX, maxY), score);

    private static double Score(JsonElement feature) =>
        feature.GetProperty("properties").GetProperty("featureClasses")[0].GetProperty("score").GetDouble();
}
