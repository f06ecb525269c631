using System.Text.Json;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Testing;
using Swath.Worker.Features;
using Swath.Worker.Sinks;

namespace Swath.Worker.Tests.Sinks;

public sealed class FileSinksTests : IDisposable
{
    private static readonly ResultSummary Summary = new() { JobId = Guid.NewGuid(), JobName = "n", Image = "a.tif", Endpoint = "http://m", Tiles = 1, Features = 2 };

    private readonly TestImage _image = TestImage.Create(100);

    [Theory]
    [InlineData("a.geojsonl", "")]
    [InlineData("a.ndjson", "")]
    [InlineData("a.geojsons", "\u001e")]
    public async Task Write_Sequence_IsOneFeatureALine(string name, string before)
    {
        var path = await WriteAsync(name, Features(located: true));
        var lines = await File.ReadAllLinesAsync(path);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.StartsWith(before + "{", line, StringComparison.Ordinal));
        Assert.Equal("0-0-0-2", JsonDocument.Parse(lines[2][before.Length..]).RootElement.GetProperty("id").GetString());
    }

    [SkippableTheory]
    [InlineData("a.fgb", true)]
    [InlineData("a.gpkg", true)]
    [InlineData("a.gpkg", false)]
    [InlineData("\u00e4 b.GPKG", true)]
    public async Task Write_VectorFile_IsReadBackByGdalsOwnTools(string name, bool located)
    {
        var features = Features(located);
        var path = await WriteAsync(name, features);
        using var read = JsonDocument.Parse(await Ogr2OgrAsync(path));
        var rows = read.RootElement.GetProperty("features").EnumerateArray().OrderBy(row => row.GetProperty("properties").GetProperty("id").GetString()).ToList();
        Assert.Equal(3, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            using var expected = JsonDocument.Parse(features[i]);
            var row = rows[i].GetProperty("properties");
            Assert.Equal("ship", row.GetProperty("class").GetString());
            Assert.Equal(0.5 + (i / 10.0), row.GetProperty("score").GetDouble(), 12);
            Assert.Equal(10 * i, row.GetProperty("image_min_x").GetDouble());
            var properties = row.GetProperty("properties");
            var text = properties.ValueKind == JsonValueKind.String ? properties.GetString()! : properties.GetRawText();
            Assert.Equal("gr\u00fcn", JsonDocument.Parse(text).RootElement.GetProperty("colour").GetString());
            Assert.Equal(located, rows[i].GetProperty("geometry").ValueKind == JsonValueKind.Object);
            if (located)
                Assert.Equal(Numbers(expected.RootElement.GetProperty("geometry")), Numbers(rows[i].GetProperty("geometry")));
        }
    }

    [Theory]
    [InlineData("a.fgb")]
    [InlineData("a.gpkg")]
    [InlineData("a.geojsonl")]
    public async Task Complete_NoFeatures_StillWritesAFile(string name) => Assert.True(File.Exists(await WriteAsync(name, [])));

    [SkippableTheory]
    [InlineData("a.fgb")]
    [InlineData("a.gpkg")]
    public async Task Complete_NoFeatures_CanBeRead(string name)
    {
        using var read = JsonDocument.Parse(await Ogr2OgrAsync(await WriteAsync(name, [])));
        Assert.Equal(0, read.RootElement.GetProperty("features").GetArrayLength());
    }

    [Theory]
    [InlineData("a.fgb")]
    [InlineData("a.gpkg")]
    [InlineData("a.geojsonl")]
    public async Task DisposeAsync_WithoutCompleting_LeavesTheOldFileAndNoTrace(string name)
    {
        var path = _image.File(name);
        await File.WriteAllTextAsync(path, "old");
        await using (var sink = FileSinks.For(path, TestSinks.Images))
        {
            await sink.OpenAsync(Summary, default);
            foreach (var feature in Features(located: true))
                await sink.WriteAsync(feature, default);
        }

        Assert.Equal("old", await File.ReadAllTextAsync(path));
        Assert.Equal(2, Directory.GetFiles(_image.Folder).Length);
    }

    [Fact]
    public async Task Write_FlatGeobufWithOneFeatureWithoutAPlace_SaysWhatToUseInstead()
    {
        await using var sink = FileSinks.For(_image.File("a.fgb"), TestSinks.Images);
        await sink.OpenAsync(Summary, default);
        await sink.WriteAsync(Features(located: true)[0], default);
        var error = await Assert.ThrowsAsync<SinkException>(async () => await sink.WriteAsync(Features(located: false)[0], default));
        Assert.Contains(".geojson", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.fgb")]
    [InlineData("a.gpkg")]
    [InlineData("a.geojsonl")]
    public async Task Write_FolderThatIsAFile_SaysWhichOutput(string name)
    {
        var path = Path.Combine(_image.Path, name);
        await using var sink = FileSinks.For(path, TestSinks.Images);
        Assert.Contains(path, (await Assert.ThrowsAsync<SinkException>(() => sink.OpenAsync(Summary, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_Preview_ShowsTheImageAndFramesItsFeatures()
    {
        using var image = TestImage.Create(3000);
        var path = image.File("a.png");
        await using (var sink = FileSinks.For(path, TestSinks.Images))
        {
            await sink.OpenAsync(Summary with { Image = image.Path }, default);
            using var writer = new FeatureWriter(new FeatureOrigin(Guid.NewGuid(), 0, image.Path, ImageFile.Open(image.Path, ImagingLimits.Default).Header), TimeProvider.System);
            var box = new PixelBounds(600, 900, 1200, 1500);
            var feature = writer.Write(new Detection { Geometry = PixelGeometry.Box(box), Bounds = box }, new PixelWindow(0, 0, 3000, 3000), 0, null);
            await sink.WriteAsync(feature.GeoJson, default);
            Assert.Equal(path, await sink.CompleteAsync(default));
        }

        using var picture = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal((1000, 1000, 3), (picture.Header.Width, picture.Header.Height, picture.Header.Bands));
        Assert.Equal([64, 255, 128], Pixel(picture, 200, 400)); // the frame's left edge
        Assert.Equal([64, 255, 128], Pixel(picture, 300, 300)); // its top
        var gray = Pixel(picture, 300, 400); // inside: the image, gray
        Assert.True(gray[0] == gray[1] && gray[1] == gray[2]);
    }

    [Fact]
    public async Task Open_PreviewOfAnImageThatIsGone_SaysSo()
    {
        await using var sink = FileSinks.For(_image.File("a.png"), TestSinks.Images);
        var error = await Assert.ThrowsAsync<SinkException>(() => sink.OpenAsync(Summary with { Image = _image.File("gone.tif") }, default));
        Assert.Contains("gone.tif", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _image.Dispose();

    private static byte[] Pixel(ImageFile picture, int x, int y)
    {
        var pixel = new byte[3];
        picture.Read(new PixelWindow(x, y, 1, 1), pixel);
        return pixel;
    }

    private async Task<string> WriteAsync(string name, IEnumerable<byte[]> features)
    {
        await using var sink = FileSinks.For(_image.File(name), TestSinks.Images);
        await sink.OpenAsync(Summary, default);
        foreach (var feature in features)
            await sink.WriteAsync(feature, default);
        Assert.False(File.Exists(_image.File(name)));
        var path = await sink.CompleteAsync(default);
        Assert.Equal(_image.File(name), path);
        return path;
    }

    private List<byte[]> Features(bool located)
    {
        using var file = ImageFile.Open(_image.Path, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        using var writer = new FeatureWriter(new FeatureOrigin(Guid.NewGuid(), 0, _image.Path, file.Header), TimeProvider.System);
        return
        [
            .. Enumerable.Range(0, 3).Select(i => writer.Write(
                new Detection
                {
                    Geometry = PixelGeometry.Box(new PixelBounds(10 * i, 5, (10 * i) + 8, 9)),
                    Bounds = new PixelBounds(10 * i, 5, (10 * i) + 8, 9),
                    Classes = [new FeatureClass("buoy", 0.1), new FeatureClass("ship", 0.5 + (i / 10.0))],
                    Properties = [new RawMember("colour", "\"gr\u00fcn\""u8.ToArray())],
                },
                new PixelWindow(0, 0, 100, 100), i, located ? locator : null).GeoJson.ToArray()),
        ];
    }

    private static List<double> Numbers(JsonElement geometry) =>
        [.. geometry.GetProperty("coordinates")[0].EnumerateArray().SelectMany(p => new[] { Math.Round(p[0].GetDouble(), 12), Math.Round(p[1].GetDouble(), 12) })];

    private async Task<string> Ogr2OgrAsync(string path)
    {
        var target = _image.File("back.json");
        await ExternalTool.RunAsync("ogr2ogr", ["-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=15", target, path]);
        return await File.ReadAllTextAsync(target);
    }
}
