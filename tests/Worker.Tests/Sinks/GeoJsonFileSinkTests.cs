using System.Text.Json;
using Swath.Worker.Sinks;

namespace Swath.Worker.Tests.Sinks;

public sealed class GeoJsonFileSinkTests : IDisposable
{
    private static readonly ResultSummary Summary = TestSinks.Summary;

    private readonly string _folder = Directory.CreateTempSubdirectory("swath-sink-tests-").FullName;

    [Fact]
    public async Task CompleteAsync_Features_AreAFeatureCollectionWithASummary()
    {
        var path = Path.Combine(_folder, "new", "deep", "out.geojson");
        await using (var sink = new GeoJsonFileSink(path))
        {
            await sink.OpenAsync(Summary, default);
            await sink.WriteAsync("""{"type":"Feature","n":1}"""u8.ToArray(), default);
            await sink.WriteAsync("""{"type":"Feature","n":2}"""u8.ToArray(), default);
            Assert.False(File.Exists(path));
            Assert.Equal(path, await sink.CompleteAsync(default));
        }

        using var result = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        Assert.Equal("FeatureCollection", result.RootElement.GetProperty("type").GetString());
        Assert.Equal([1, 2], result.RootElement.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("n").GetInt32()));
        var swath = result.RootElement.GetProperty("swath");
        Assert.Equal("harbour \"1\"", swath.GetProperty("jobName").GetString());
        Assert.Equal("""[{"window":[1,2,3,4],"reason":"bad block"}]""", swath.GetProperty("failedTiles").GetRawText());
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task CompleteAsync_NoFeatures_IsAnEmptyCollection()
    {
        var path = Path.Combine(_folder, "out.geojson");
        await using var sink = new GeoJsonFileSink(path);
        await sink.OpenAsync(Summary, default);
        await sink.CompleteAsync(default);
        using var result = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        Assert.Equal(0, result.RootElement.GetProperty("features").GetArrayLength());
    }

    [Fact]
    public async Task DisposeAsync_WithoutCompleting_LeavesTheOldFileAndNoTrace()
    {
        var path = Path.Combine(_folder, "out.geojson");
        await File.WriteAllTextAsync(path, "old");
        await using (var sink = new GeoJsonFileSink(path))
        {
            await sink.OpenAsync(Summary, default);
            await sink.WriteAsync("{}"u8.ToArray(), default);
        }

        Assert.Equal("old", await File.ReadAllTextAsync(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task OpenAsync_FolderThatIsAFile_SaysWhichOutputAndWhatToCheck()
    {
        var blocker = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(blocker, "");
        await using var sink = new GeoJsonFileSink(Path.Combine(blocker, "out.geojson"));
        var error = await Assert.ThrowsAsync<SinkException>(() => sink.OpenAsync(Summary, default));
        Assert.Contains(blocker, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_PathOfAFolder_Throws()
    {
        await using var sink = new GeoJsonFileSink(_folder);
        await Assert.ThrowsAsync<SinkException>(() => sink.OpenAsync(Summary, default));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a.geojson")]
    [InlineData("new/a.geojson")]
    public void At_LinkInThePlaceOfTheFolder_WritesNothingBehindIt(string name)
    {
        var behind = Directory.CreateDirectory(Path.Combine(_folder, "behind"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "results"), behind.FullName);

        var error = Assert.Throws<SinkException>(() => ReplacedFile.At(Path.Combine(_folder, "results", name)));

        Assert.Contains("a link was put into its path", error.Message, StringComparison.Ordinal);
        Assert.Contains("a link was put into its path", ReplacedFile.Probe(Path.Combine(_folder, "results", name))!.Message, StringComparison.Ordinal);
        Assert.Empty(behind.GetFileSystemInfos());
    }

    [Fact]
    public void Complete_LinkInThePlaceOfTheFolder_WritesNothingBehindIt()
    {
        var root = Directory.CreateTempSubdirectory("swath-link-");
        try
        {
            var (folder, behind) = (root.CreateSubdirectory("results"), root.CreateSubdirectory("behind"));
            using var place = ReplacedFile.At(Path.Combine(folder.FullName, "a.geojson"));
            File.WriteAllText(place.Temporary, "{}");
            folder.MoveTo(Path.Combine(root.FullName, "moved"));
            Directory.CreateSymbolicLink(Path.Combine(root.FullName, "results"), behind.FullName);
            File.WriteAllText(place.Temporary, "{}");

            Assert.Contains("a link was put into its path", Assert.Throws<SinkException>(place.Complete).Message, StringComparison.Ordinal);

            Assert.False(File.Exists(Path.Combine(behind.FullName, "a.geojson")));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
