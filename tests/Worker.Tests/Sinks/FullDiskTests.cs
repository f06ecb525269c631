using System.Text;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Worker.Sinks;

namespace Swath.Worker.Tests.Sinks;

/// <summary>A disk that is full in the middle: the output fails with its name and reason, what was there stays, and nothing of the new file is left behind.</summary>
[Collection(nameof(FullDiskTests))]
public sealed class FullDiskTests : IDisposable
{
    private const int Room = 256 << 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("swath-full-disk-tests-").FullName;

    [Theory]
    [InlineData("a.geojson")]
    [InlineData("a.ndjson")]
    [InlineData("a.geojsons")]
    [InlineData("a.gpkg")]
    [InlineData("a.fgb")]
    [InlineData("a.png")]
    public async Task Write_DiskFull_FailsWithTheReasonAndLeavesTheOlderFileAlone(string name)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, "older");
        var image = WriteNoise();

        SinkException failure;
        using (new FileSizeLimit(Room))
        {
            await using var sink = TestSinks.Factory().Create(OutputSink.ToFile(path), "job");
            failure = await Assert.ThrowsAsync<SinkException>(() => WriteAsync(sink, image));
        }

        File.Delete(image);
        Assert.Contains($"The output {path} can't be written", failure.Message, StringComparison.Ordinal);
        Assert.Equal("older", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task WriteAsync(IFeatureSink sink, string image)
    {
        await sink.OpenAsync(TestSinks.Summary with { Image = image }, default);
        for (var n = 0; n < 40; n++)
            await sink.WriteAsync(Feature(n), default);
        await sink.CompleteAsync(default);
    }

    private static byte[] Feature(int n) => Encoding.UTF8.GetBytes(
        $$"""{"type":"Feature","id":"{{n}}","geometry":{"type":"Point","coordinates":[10,{{n}}]},"properties":{"imageBBox":[0,0,1,1],"featureClasses":[{"iri":"ship","score":1}],"text":"{{new string('x', 64 << 10)}}"} }""");

    /// <summary>Pixels that no compression makes smaller.</summary>
    private static string WriteNoise()
    {
        var path = Path.Combine(Path.GetTempPath(), $"swath-noise-{Guid.NewGuid():N}.png");
        var pixels = new byte[3 * 600 * 600];
        new Random(1).NextBytes(pixels);
        using var file = File.Create(path);
        PngWriter.Write(file, pixels, 600, 600, 3);
        return path;
    }
}
