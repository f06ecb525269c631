using System.Text.Json;

namespace Swath.Contracts.Tests;

/// <summary>
/// The JSON of every message is a promise to upstream systems and to stored events. When one of these fails, either undo the change
/// or add a new schema version with an upcaster; SWATH_WRITE_GOLDEN=1 writes the files of new messages.
/// </summary>
public sealed class GoldenJsonTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static TheoryData<string> MessageNames => [.. Samples.All.Select(sample => sample.GetType().Name)];

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Serialize_Sample_EqualsGoldenFile(string message)
    {
        var sample = SampleOf(message);
        var json = JsonSerializer.Serialize(sample, sample.GetType(), Options);

        Assert.Equal(Golden(message, json), json);
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Deserialize_GoldenFile_RoundTrips(string message)
    {
        var type = SampleOf(message).GetType();
        var golden = Golden(message, "");

        var read = JsonSerializer.Deserialize(golden, type, Options);

        Assert.Equal(golden, JsonSerializer.Serialize(read, type, Options));
    }

    [Fact]
    public void Samples_CoverEveryMessageOfTheAssembly()
    {
        var messages = typeof(ImageRequested).Assembly.GetExportedTypes().Where(type => type.GetProperty("JobId")?.PropertyType == typeof(Guid));

        Assert.Equal(messages.Select(type => type.Name).Order(), Samples.All.Select(sample => sample.GetType().Name).Order());
    }

    [Fact]
    public void Deserialize_ImageRequestedWithOnlyWhatIsRequired_TakesTheDefaults()
    {
        const string json = """
            {"jobId":"6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c","imageUrl":"a.tif","endpoint":{"name":"http://m/"},"outputs":[{"type":"File","path":"o.geojson"}]}
            """;

        var request = JsonSerializer.Deserialize<ImageRequested>(json, Options)!;

        Assert.Equal(new TileOptions { Size = 1024, Overlap = 50 }, request.Tile);
        Assert.Equal(10, request.Priority);
        Assert.Equal("default", request.Tenant);
        Assert.Equal(DistillationAlgorithm.Nms, Assert.Single(request.PostProcessing).Algorithm);
        Assert.Empty(ImageRequestRules.Problems(request));
    }

    [Fact]
    public void Deserialize_JobCompletedOfAnEarlierRelease_SaysNothingOfSingleOutputs()
    {
        const string json = """{"jobId":"6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c","features":1,"results":["a.geojson"],"failedOutputs":["s3://b: denied"]}""";

        Assert.Empty(JsonSerializer.Deserialize<JobCompleted>(json, Options)!.Outputs);
    }

    [Fact]
    public void Serialize_ImageRequestedWithAnExternalId_CarriesIt()
    {
        var request = Samples.All.OfType<ImageRequested>().Single() with { ExternalId = "job-7" };

        var read = JsonSerializer.Deserialize<ImageRequested>(JsonSerializer.Serialize(request, Options), Options)!;

        Assert.Equal("job-7", read.ExternalId);
    }

    [Fact]
    public void Deserialize_RegionOfAnOlderVersion_HasNoGrid()
    {
        const string json = """{"regionId":3,"window":{"x":0,"y":10190,"width":10240,"height":4096,"right":10240,"bottom":14286},"tiles":55}""";

        var region = JsonSerializer.Deserialize<ImageRegion>(json, JsonSerializerOptions.Web)!;

        Assert.Equal(new ImageRegion(3, new PixelWindow(0, 10190, 10240, 4096), 55), region);
        Assert.Equal(json, JsonSerializer.Serialize(region, JsonSerializerOptions.Web));
    }

    private static object SampleOf(string message) => Samples.All.Single(sample => sample.GetType().Name == message);

    private static string Golden(string message, string current)
    {
        if (Environment.GetEnvironmentVariable("SWATH_WRITE_GOLDEN") == "1" && current.Length > 0)
        {
            var source = Path.Combine(AppContext.BaseDirectory, "../../../../../tests/Contracts.Tests/Golden", message + ".json");
            File.WriteAllText(source, current + "\n");
            return current;
        }

        return File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", message + ".json")).TrimEnd('\n');
    }
}
