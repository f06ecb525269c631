using System.Text.Json;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Worker.Features;
using Swath.Worker.Regions;

namespace Swath.Worker.Tests.Regions;

public sealed class RegionProcessorTests
{
    private readonly MemoryCheckpoints _checkpoints = new();

    [Fact]
    public async Task ProcessAsync_WholeRegion_SendsEveryTileOnceAndKeepsItsFeatures()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work()));

        Assert.Equal((9, 9L, 0), (outcome.TilesDone, outcome.Features, outcome.FailedTiles.Count));
        Assert.Equal(9, rig.Model.Tiles.Count);
        Assert.Equal(9, _checkpoints.Tiles.Count);
        Assert.All(_checkpoints.Tiles, tile =>
        {
            var feature = Assert.Single(TilePayload.Read(tile.Payload));
            Assert.Equal((tile.Window.X + 10, tile.Window.Y + 10), (feature.Bounds.MinX, feature.Bounds.MinY));
        });
    }

    [Fact]
    public async Task ProcessAsync_SkipBlank_SendsNoBlankTileAndCountsThemApartAlsoWhenResumed()
    {
        // The first row of tiles has one value, and of the second one half.
        await using var rig = RegionRig.Start(_checkpoints, blankRows: 150);
        var work = rig.Work() with { Tile = new TileOptions { Size = 100, Overlap = 0, SkipBlank = true, Range = RangeAdjustment.MinMax } };
        rig.Model.Answer = n => Task.FromResult(n == 2 ? (400, "{}") : (200, ModelServer.Box(1, 1, 2, 2)));

        var first = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(work));
        var sent = rig.Model.Tiles.Count;
        rig.Model.Answer = _ => Task.FromResult((200, ModelServer.Box(1, 1, 2, 2)));
        var second = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(work with { Attempt = 2 }));

        Assert.Equal((8, 3, 1, 5L), (first.TilesDone, first.TilesSkipped, first.FailedTiles.Count, first.Features));
        Assert.Equal((9, 3, 0, 6L), (second.TilesDone, second.TilesSkipped, second.FailedTiles.Count, second.Features));
        Assert.Equal((6, 7), (sent, rig.Model.Tiles.Count));
        Assert.Equal([0, 0, 0], _checkpoints.Tiles.Where(tile => tile.Skipped).Select(tile => tile.Window.Y));
    }

    [Fact]
    public async Task ProcessAsync_BlankTiles_AreSentByDefault()
    {
        await using var rig = RegionRig.Start(_checkpoints, blankRows: 150);

        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work()));

        Assert.Equal((9, 0, 9), (outcome.TilesDone, outcome.TilesSkipped, rig.Model.Tiles.Count));
    }

    [Fact]
    public async Task ProcessAsync_ModelThatTheJobMayNotCall_IsNotCalled()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var grants = new Grants { ImageRoots = ["/"], EndpointHosts = ["models.example.com", "*.0.0.1"] };

        var failed = Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(rig.Work() with { Grants = grants }));

        Assert.Contains("ENDPOINT_HOSTS", failed.Reason, StringComparison.Ordinal);
        Assert.Empty(rig.Model.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_NameThatLeadsToLoopback_IsNotCalledAndSaysWhatWouldPermitIt()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var work = rig.Work() with { Grants = new Grants { ImageRoots = ["/"], EndpointHosts = ["*"] } };

        var outcome = await rig.RunAsync(work with { Endpoint = work.Endpoint with { Name = work.Endpoint.Name.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) } });

        Assert.Contains("ENDPOINT_INTERNAL_ADDRESSES", Assert.IsType<RegionOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Empty(rig.Model.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_ImageOutsideOfTheJobsRoots_IsNotOpened()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var grants = new Grants { ImageRoots = [Path.Combine(Path.GetDirectoryName(rig.Image.Path)!, "other")], EndpointHosts = ["127.0.0.1:*"] };

        var failed = Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(rig.Work() with { Grants = grants }));

        Assert.Contains("IMAGE_ROOTS", failed.Reason, StringComparison.Ordinal);
        Assert.Empty(rig.Model.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_RangeAdjustment_SendsEveryTileStretchedAlike()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var plain = rig.Work();

        await rig.RunAsync(plain with { Tile = plain.Tile with { Range = RangeAdjustment.Percentile } });

        // All bytes occur equally often: the 2nd and the 98th percentile are 5 and 250, whatever the tile.
        Assert.Equal(9, rig.Model.Tiles.Count);
        using var image = ImageFile.Open(rig.Image.Path, ImagingLimits.Default);
        var stretch = ImageStatistics.StretchOf(image, RangeAdjustment.Percentile)!;
        Assert.InRange(stretch.Low[0], 4, 6);
        Assert.InRange(stretch.High[0], 249, 251);
        image.Apply(stretch);
        var expected = new byte[100 * 100];
        image.Read(new PixelWindow(0, 0, 100, 100), expected);
        Assert.Contains(rig.Model.Tiles, tile => TileDecoder.Decode(tile).Pixels.AsSpan().SequenceEqual(expected));
    }

    [Fact]
    public async Task ProcessAsync_StoreThatIsAway_LeavesTheRegionToBeTriedAgain()
    {
        await using var rig = RegionRig.Start(_checkpoints);

        // Nobody listens on port 1.
        var failed = await Assert.ThrowsAsync<ImageException>(() => rig.RunAsync(rig.Work() with { ImageUrl = "http://127.0.0.1:1/image.tif" }));

        Assert.Equal(ImageErrorKind.Unavailable, failed.Kind);
        Assert.Empty(_checkpoints.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_TileWorkers_BoundTheRequestsInFlight()
    {
        await using var rig = RegionRig.Start(_checkpoints, size: 400);
        var gate = new TaskCompletionSource();
        var arrived = 0;
        rig.Model.Answer = async _ =>
        {
            if (Interlocked.Increment(ref arrived) >= 3)
                gate.TrySetResult();
            await gate.Task;
            return (200, ModelServer.Box());
        };
        await rig.RunAsync(rig.Work(tileSize: 50, tileWorkers: 3));
        Assert.Equal(3, rig.Model.MostInFlight);
    }

    [Fact]
    public async Task ProcessAsync_TileThatTheModelRefuses_IsRecordedAndDisturbsNoOther()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        rig.Model.Answer = n => Task.FromResult(n == 4 ? (400, "{}") : (200, ModelServer.Box(1, 1, 2, 2)));
        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work()));

        Assert.Equal(8, outcome.TilesDone);
        var failure = Assert.Single(outcome.FailedTiles);
        Assert.Contains("400", failure.Reason, StringComparison.Ordinal);
        Assert.Equal(failure.Reason, _checkpoints.Tiles.Single(t => t.Window == failure.Window).Failure);
    }

    [Fact]
    public async Task ProcessAsync_AnswerThatIsNoJson_FailsTheTileOnly()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        rig.Model.Answer = n => Task.FromResult((200, n == 1 ? "<html>" : ModelServer.Box()));
        Assert.Single(Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work())).FailedTiles);
    }

    [Theory]
    [InlineData(200, """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"imageBBox":[NaN,1,2,3]}}]}""", "finite")]
    [InlineData(200, """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"imageBBox":[400,1,500,3]}}]}""", "outside")]
    [InlineData(200, """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"featureClasses":{"ship":1}}}]}""", "featureClasses")]
    [InlineData(200, """{"error":"out of memory"}""", "FeatureCollection")]
    [InlineData(413, "too large", "413")]
    [InlineData(429, "slow down", "429")]
    [InlineData(503, "later", "503")]
    public async Task ProcessAsync_OneBadAnswer_FailsThatTileWithAReasonAndNoOther(int status, string answer, string reason)
    {
        var checkpoints = new MemoryCheckpoints();
        await using var rig = RegionRig.Start(checkpoints);
        // The first tile's answer is bad however often it is sent.
        byte[]? bad = null;
        rig.Model.Answer = n =>
        {
            var tiles = rig.Model.Tiles.ToArray();
            bad ??= tiles[0];
            return Task.FromResult(tiles[^1].AsSpan().SequenceEqual(bad) ? (status, answer) : (200, ModelServer.Box()));
        };
        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work(tileWorkers: 1)));
        Assert.Equal(8, outcome.TilesDone);
        Assert.Contains(reason, Assert.Single(outcome.FailedTiles).Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ProcessAsync_FeaturesThatCannotBeUsed_CostNoOtherAndAreCounted()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var good = string.Concat(Enumerable.Repeat("""{"type":"Feature","properties":{"imageBBox":[10,10,20,20]}},""", 9));
        rig.Model.Answer = _ => Task.FromResult((200, "{\"type\":\"FeatureCollection\",\"features\":[" + good + Polygon("[1,1],[1,1],[1,1]") + "]}"));

        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work()));

        Assert.Equal((9, 81L, 0), (outcome.TilesDone, outcome.Features, outcome.FailedTiles.Count));
        Assert.All(_checkpoints.Tiles, tile => Assert.Equal((1, true), (tile.Dropped, tile.DroppedReason!.Contains("features[9]", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task ProcessAsync_PolygonOfRandomPositionsOverTheImagesEdge_TakesNoTime()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var random = new Random(1);
        var ring = string.Join(',', Enumerable.Range(0, 3000).Select(_ => FormattableString.Invariant($"[{(random.NextDouble() * 200) - 50:0.0},{(random.NextDouble() * 200) - 50:0.0}]")));
        rig.Model.Answer = _ => Task.FromResult((200, "{\"type\":\"FeatureCollection\",\"features\":[" + Polygon(ring) + "]}"));

        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work()).WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal((9, 9L), (outcome.TilesDone, outcome.Features));
    }

    [Fact]
    public async Task ProcessAsync_EveryTileRefused_FailsWithTheFirstReason()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        rig.Model.Answer = _ => Task.FromResult((400, "{}"));
        var outcome = Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(rig.Work()));
        Assert.Contains("All 9 tiles failed", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProcessAsync_FinishedTiles_AreNotSentAgainAndFailedOnesAre()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        rig.Model.Answer = n => Task.FromResult(n == 2 ? (400, "{}") : (200, ModelServer.Box(1, 1, 2, 2)));
        var work = rig.Work();
        await rig.RunAsync(work);
        rig.Model.Tiles.Clear();
        rig.Model.Answer = _ => Task.FromResult((200, ModelServer.Box(1, 1, 2, 2, 5, 5, 6, 6)));

        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(work with { Attempt = 2 }));
        Assert.Single(rig.Model.Tiles);
        Assert.Equal((9, 10L, 0), (outcome.TilesDone, outcome.Features, outcome.FailedTiles.Count));
    }

    [Fact]
    public async Task ProcessAsync_RegionsOfOneGrid_SendTheTilesOfTheGridOnce()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var windows = TileGrid.Regions(rig.Image.Window, 64, 16, 128).ToList();
        Assert.Equal(4, windows.Count);
        var sent = new List<PixelWindow>();
        foreach (var window in windows)
        {
            var checkpoints = new MemoryCheckpoints();
            await using var one = RegionRig.Start(checkpoints);
            await one.RunAsync(one.Work(64, 16) with { Region = new ImageRegion(0, window, 1) { Grid = rig.Image.Window } });
            sent.AddRange(checkpoints.Tiles.Select(tile => tile.Window));
        }

        Assert.Equal(TileGrid.Cover(rig.Image.Window, 64, 16), sent.OrderBy(tile => (tile.Y, tile.X)));
    }

    /// <summary>A job that was measured by an older version goes on with the tiles that it began with: its finished ones are found again.</summary>
    [Fact]
    public async Task ProcessAsync_RegionWithoutAGrid_IsCoveredByItself()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var window = new PixelWindow(1, 0, 299, 300);

        await rig.RunAsync(rig.Work(64, 16) with { Region = new ImageRegion(1, window, 1) });

        Assert.Equal(TileGrid.Cover(window, 64, 16), _checkpoints.Tiles.Select(tile => tile.Window).OrderBy(tile => (tile.Y, tile.X)));
    }

    [Fact]
    public async Task ProcessAsync_Drain_FinishesTilesInFlightAndLeavesTheRest()
    {
        await using var rig = RegionRig.Start(_checkpoints, size: 1000);
        using var drain = new CancellationTokenSource();
        rig.Model.Answer = n =>
        {
            if (n == 5)
                drain.Cancel();
            return Task.FromResult((200, ModelServer.Box(1, 1, 2, 2)));
        };
        var work = rig.Work(tileSize: 50);
        var outcome = Assert.IsType<RegionOutcome.Stopped>(await rig.RunAsync(work, drain.Token));
        Assert.Equal(400, outcome.TilesLeft + _checkpoints.Tiles.Count);
        Assert.Equal(rig.Model.Tiles.Count, _checkpoints.Tiles.Count);
        Assert.InRange(rig.Model.Tiles.Count, 5, 20);

        var end = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(work with { Attempt = 2 }));
        Assert.Equal(400, end.TilesDone);
        Assert.Equal(400, rig.Model.Tiles.Count);
    }

    [Fact]
    public async Task ProcessAsync_Cancel_StopsWhileTheModelStillThinks()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        using var cancel = new CancellationTokenSource();
        var never = new TaskCompletionSource<(int, string)>();
        rig.Model.Answer = n =>
        {
            if (n == 3)
                cancel.Cancel();
            return never.Task;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.RunAsync(rig.Work(), cancel: cancel.Token).WaitAsync(TimeSpan.FromSeconds(30)));
        never.SetResult((200, "{}"));
        Assert.Empty(_checkpoints.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_ImageThatVanished_FailsWithThePath()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var outcome = Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(rig.Work() with { ImageUrl = rig.Image.File("gone.tif") }));
        Assert.Contains("gone.tif", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProcessAsync_ImageThatShrank_Fails()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var work = rig.Work() with { Region = new ImageRegion(0, new PixelWindow(0, 0, 400, 300), 1) };
        Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(work));
    }

    [Fact]
    public async Task ProcessAsync_TruncatedImage_NamesTheTilesThatCannotBeRead()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        using (var file = new FileStream(rig.Image.Path, FileMode.Open))
            file.SetLength(file.Length / 2);
        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work()));
        Assert.InRange(outcome.TilesDone, 1, 8);
        Assert.Equal(9, outcome.TilesDone + outcome.FailedTiles.Count);
        Assert.All(outcome.FailedTiles, failure => Assert.Contains(rig.Image.Path, failure.Reason, StringComparison.Ordinal));
    }

    /// <summary>The header is in order and nothing of what it claims is there.</summary>
    [Fact]
    public async Task ProcessAsync_NothingCanBeRead_IsGivenUpAndFurtherRegionsAtOnce()
    {
        await using var rig = RegionRig.Start(_checkpoints, size: 1000);
        using (var file = new FileStream(rig.Image.Path, FileMode.Open))
            file.SetLength(1 << 14);
        var work = rig.Work(tileSize: 50) with { Region = new ImageRegion(0, new PixelWindow(0, 500, 1000, 500), 200) };

        var first = Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(work));
        Assert.Contains("in a row can be read", first.Reason, StringComparison.Ordinal);
        Assert.InRange(_checkpoints.Tiles.Count, 0, 110);

        _checkpoints.Clear();
        Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(work with { Region = work.Region with { RegionId = 1 } }));
        Assert.InRange(_checkpoints.Tiles.Count, 0, 10);
        Assert.Empty(rig.Model.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_ReadableTilesBeforeAHole_AreKeptAndTheRestIsNotTried()
    {
        await using var rig = RegionRig.Start(_checkpoints, size: 1000);
        using (var file = new FileStream(rig.Image.Path, FileMode.Open))
            file.SetLength(file.Length / 4);

        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work(tileSize: 50)));

        Assert.Equal(400, outcome.TilesDone + outcome.FailedTiles.Count);
        Assert.InRange(outcome.TilesDone, 20, 100);
        Assert.Contains(outcome.FailedTiles, tile => tile.Reason.Contains("was not tried", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ProcessAsync_RegionOfInterest_SendsOnlyTilesAndKeepsOnlyFeaturesThatTouchIt()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        // Around the pixels 120..180 of both axes: inside the tile in the middle, of which only the second box is touched.
        var (west, north) = rig.Image.Place(120, 120);
        var (east, south) = rig.Image.Place(180, 180);
        rig.Model.Answer = _ => Task.FromResult((200, ModelServer.Box(1, 1, 5, 5, 40, 40, 50, 50)));
        var roi = FormattableString.Invariant($"POLYGON (({west} {north}, {east} {north}, {east} {south}, {west} {south}, {west} {north}))");

        var outcome = Assert.IsType<RegionOutcome.Completed>(await rig.RunAsync(rig.Work() with { RegionOfInterest = roi }));
        Assert.Equal((1, 1L), (outcome.TilesDone, outcome.Features));
        Assert.Single(rig.Model.Tiles);
    }

    [Fact]
    public async Task ProcessAsync_GeoreferencedImage_PlacesFeaturesWhereTheLocatorSays()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        await rig.RunAsync(rig.Work());
        foreach (var tile in _checkpoints.Tiles)
        {
            using var feature = JsonDocument.Parse(TilePayload.Read(tile.Payload).Single().GeoJson);
            var ring = feature.RootElement.GetProperty("geometry").GetProperty("coordinates")[0].EnumerateArray()
                .Select(p => (p[0].GetDouble(), p[1].GetDouble())).ToList();
            Assert.Contains(rig.Image.Place(tile.Window.X + 10, tile.Window.Y + 10), ring);
        }
    }

    [Fact]
    public async Task ProcessAsync_UnsupportedTiles_FailsBeforeReading()
    {
        await using var rig = RegionRig.Start(_checkpoints);
        var work = rig.Work() with { Tile = new TileOptions { Size = 100, Format = TileFormat.Png, Compression = TileCompression.J2k } };
        Assert.IsType<RegionOutcome.Failed>(await rig.RunAsync(work));
        Assert.Empty(rig.Model.Tiles);
    }

    private static string Polygon(string ring) =>
        "{\"type\":\"Feature\",\"properties\":{\"imageGeometry\":{\"type\":\"Polygon\",\"coordinates\":[[" + ring + "]]}}}";
}
