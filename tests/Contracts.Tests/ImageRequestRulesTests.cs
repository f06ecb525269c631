using System.Text;
using System.Text.Json;

namespace Swath.Contracts.Tests;

public sealed class ImageRequestRulesTests
{
    private static readonly ImageRequested Valid = new()
    {
        JobId = Guid.Parse("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c"),
        ImageUrl = "a.tif",
        Endpoint = new() { Name = "http://127.0.0.1:8080/invocations" },
        Outputs = [OutputSink.ToFile("a.geojson")],
    };

    public static TheoryData<string, ImageRequested> Invalid => new()
    {
        { "jobId", Valid with { JobId = Guid.Empty } },
        { "tenant", Valid with { Tenant = " " } },
        { "imageUrl", Valid with { ImageUrl = "" } },
        { "imageSegment", Valid with { ImageSegment = -1 } },
        { "priority", Valid with { Priority = -1 } },
        { "endpoint.name", Valid with { Endpoint = new() { Name = "not a url" } } },
        { "endpoint.targetVariant", Valid with { Endpoint = Valid.Endpoint with { TargetVariant = "blue" } } },
        { "tile.size", Valid with { Tile = new() { Size = 8, Overlap = 4 } } },
        { "tile.overlap", Valid with { Tile = new() { Size = 512, Overlap = 512 } } },
        { "tile.compression", Valid with { Tile = new() { Format = TileFormat.Png, Compression = TileCompression.J2k } } },
        { "outputs", Valid with { Outputs = [] } },
        { "path", Valid with { Outputs = [new() { Type = OutputType.File }] } },
        { "outputs", Valid with { Outputs = [null!] } },
        { "postProcessing", Valid with { PostProcessing = null! } },
        { "postProcessing", Valid with { PostProcessing = [null!] } },
        { "featureProperties", Valid with { FeatureProperties = null! } },
        { "affinity", Valid with { Affinity = null! } },
        { "affinity", Valid with { Affinity = new() { Hard = null! } } },
        { "tags", Valid with { Affinity = new() { Hard = new() { Tags = [null!] } } } },
        { "jobName", Valid with { JobName = "a\0b" } },
        { "bucket", Valid with { Outputs = [new() { Type = OutputType.S3 }] } },
        { "prefix", Valid with { Outputs = [new() { Type = OutputType.S3, Bucket = "b", Prefix = new string('p', 961) }] } },
        { "U+0000", Valid with { Outputs = [new() { Type = OutputType.S3, Bucket = "b", Prefix = "a\0b" }] } },
        { "stream", Valid with { Outputs = [new() { Type = OutputType.Kinesis }] } },
        { "batchSize", Valid with { Outputs = [new() { Type = OutputType.Kinesis, Stream = "s", BatchSize = 501 }] } },
        { "iouThreshold", Valid with { PostProcessing = [new() { IouThreshold = 1.5 }] } },
        { "algorithm", Valid with { PostProcessing = [new() { Algorithm = (DistillationAlgorithm)9 }] } },
        { "penalty", Valid with { PostProcessing = [new() { Penalty = (SoftNmsPenalty)9 }] } },
        { "outputs must be at most", Valid with { Outputs = [.. Enumerable.Repeat(OutputSink.ToFile("a"), 17)] } },
        { "postProcessing's steps", Valid with { PostProcessing = [.. Enumerable.Repeat(PostProcessingStep.Default, 17)] } },
        { "affinity's tags", Valid with { Affinity = new() { Soft = new() { Tags = [.. Enumerable.Repeat("a=b", 65)] } } } },
        { "endpoint.parameters", Valid with { Endpoint = Valid.Endpoint with { Parameters = Enumerable.Range(0, 65).ToDictionary(i => $"p{i}", _ => "a") } } },
        { "at most 64 objects", Valid with { FeatureProperties = [.. Enumerable.Repeat(Json("{}"), 65)] } },
        { "nested at most 32", Valid with { FeatureProperties = [Json($"{{\"a\":{new string('[', 40)}{new string(']', 40)}}}")] } },
        { "'a' is", Valid with { FeatureProperties = [Json("""{"b":[{"a":1,"\u0061":2}]}""")] } },
        { "sigma", Valid with { PostProcessing = [new() { Sigma = 0 }] } },
    };

    [Fact]
    public void Problems_ValidRequest_IsEmpty() => Assert.Empty(ImageRequestRules.Problems(Valid));

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(511)]
    public void Problems_OverlapBelowTheTilesSize_IsEmpty(int overlap) =>
        Assert.Empty(ImageRequestRules.Problems(Valid with { Tile = new() { Size = 512, Overlap = overlap } }));

    [Fact]
    public void ProblemsWhenItCame_OverlapOfMoreThanHalf_IsOneOnlyBeforeThereWereGrants()
    {
        var request = Valid with { Tile = new() { Size = 512, Overlap = 300 } };

        Assert.Equal("tile.overlap must be 0..256 (half of tile.size); it is 300.", Assert.Single(ImageRequestRules.ProblemsWhenItCame(request)));
        Assert.Empty(ImageRequestRules.ProblemsWhenItCame(request with { Grants = new Grants() }));
    }

    [Fact]
    public void ProblemsWhenItCame_MoreThanTodaysLimits_IsEmpty()
    {
        var request = Valid with { Outputs = [.. Enumerable.Repeat(OutputSink.ToFile("a.geojson"), RequestLimits.MaxOutputs + 1)] };

        Assert.NotEmpty(ImageRequestRules.Problems(request));
        Assert.Empty(ImageRequestRules.ProblemsWhenItCame(request));
    }

    [Fact]
    public void ProblemsWhenItCame_StampedAtTheDoor_IsEmptyWhateverTheRulesAreToday()
    {
        var request = Valid with { Priority = ImageRequestRules.MaxPriority + 1 };

        Assert.NotEmpty(ImageRequestRules.ProblemsWhenItCame(request));
        Assert.Empty(ImageRequestRules.ProblemsWhenItCame(request with { Grants = new Grants() }));
    }

    [Fact]
    public void Problems_EveryTypeOfOutput_IsEmpty() => Assert.Empty(ImageRequestRules.Problems(Valid with
    {
        Outputs =
        [
            OutputSink.ToFile("a.geojson"),
            new() { Type = OutputType.S3, Bucket = "results", Prefix = new string('p', 960) },
            new() { Type = OutputType.Kinesis, Stream = "detections", BatchSize = 500 },
        ],
    }));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Problems_OneBrokenField_NamesIt(string field, ImageRequested request) =>
        Assert.Contains(ImageRequestRules.Problems(request), problem => problem.Contains(field, StringComparison.Ordinal));

    [Fact]
    public void Problems_MoreThanIsRead_NamesTheFieldAndItsLimit()
    {
        (string Named, ImageRequested Request)[] tooMuch =
        [
            ("regionOfInterest is nested 52001", Valid with { RegionOfInterest = Nested(52_000) }),
            ("regionOfInterest has 100001 positions", Valid with { RegionOfInterest = $"LINESTRING ({string.Join(',', Enumerable.Repeat("1 1", 100_001))})" }),
            ("regionOfInterest has 20004 parts", Valid with { RegionOfInterest = $"GEOMETRYCOLLECTION (POINT (1 1){string.Concat(Enumerable.Repeat(",POINT (1 1)", 10_000))})" }),
            ("in all", Valid with { FeatureProperties = [.. Enumerable.Repeat(Json($"{{\"a\":\"{new string('x', 100_000)}\"}}"), 3)] }),
        ];

        Assert.All(tooMuch, much => Assert.Contains(ImageRequestRules.Problems(much.Request), problem => problem.Contains(much.Named, StringComparison.Ordinal)));
    }

    [Fact]
    public void Problems_AsMuchAsIsAllowed_IsEmpty() => Assert.Empty(ImageRequestRules.Problems(Valid with
    {
        RegionOfInterest = Nested(15),
        FeatureProperties = [Json($"{{\"a\":{new string('[', 31)}{new string(']', 31)}}}"), .. Enumerable.Repeat(Json("""{"a":{"a":1}}"""), 63)],
        Outputs = [.. Enumerable.Repeat(OutputSink.ToFile("a"), 16)],
    }));

    private static string Nested(int collections) =>
        new StringBuilder().Insert(0, "GEOMETRYCOLLECTION(", collections).Append("POINT(1 1)").Append(')', collections).ToString();

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
