using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Swath.Contracts;
using Swath.Testing;
using Swath.Worker.Sinks;
using Swath.Worker.Tests.Assembly;

namespace Swath.Worker.Tests.Sinks;

/// <summary>What is known of outputs before anything is written.</summary>
public sealed class OutputProbeTests : IDisposable
{
    private static readonly ImageHeader Placed =
        new() { Width = 200, Height = 100, Bands = 1, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.Affine };

    private static readonly Guid JobId = Guid.NewGuid();
    private static readonly Grants All = new() { OutputRoots = ["/"], OutputBuckets = ["*"], OutputStreams = ["*"] };

    private readonly string _folder = Directory.CreateTempSubdirectory("swath-probe-tests-").FullName;

    [Theory]
    [InlineData("a.geojson")]
    [InlineData("not/yet/there/a.gpkg")]
    [InlineData("a.fgb")]
    [InlineData("a.ndjson")]
    [InlineData("a.geojsons")]
    [InlineData("a.png")]
    [InlineData("result.v2")]
    [InlineData("result")]
    public async Task ProblemsAsync_FileThatCanBeWritten_HasNoneAndLeavesNothingBehind(string name)
    {
        Assert.Empty(await ProblemsAsync(OutputSink.ToFile(Path.Combine(_folder, name))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task ProblemsAsync_Folder_IsNamed(string ending)
    {
        var problem = Assert.Single(await ProblemsAsync(OutputSink.ToFile(_folder + ending)));

        Assert.False(problem.HoldsEverywhere);
        Assert.Contains("is a folder", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file/a.geojson")]
    [InlineData("file/deep/down/a.gpkg")]
    public async Task ProblemsAsync_FileWhereAFolderShouldBe_IsNamed(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "");

        var problem = Assert.Single(await ProblemsAsync(OutputSink.ToFile(Path.Combine(_folder, name))));

        Assert.False(problem.HoldsEverywhere);
        Assert.Contains($"{Path.Combine(_folder, "file")} is a file, and no folder", problem.Message, StringComparison.Ordinal);
    }

    [SkippableTheory, UnsupportedOSPlatform("windows")]
    [InlineData("a.geojson")]
    [InlineData("deep/a.geojson")]
    public async Task ProblemsAsync_FolderThatMayNotBeWritten_SaysSo(string name)
    {
        Skip.If(Environment.IsPrivilegedProcess, "root may write everywhere");
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var problem = Assert.Single(await ProblemsAsync(OutputSink.ToFile(Path.Combine(_folder, name))));

        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.False(problem.HoldsEverywhere);
        Assert.Contains("Check that the folder is writable", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProblemsAsync_FlatGeobufOfAnImageWithoutPlace_HoldsOnEveryMachine()
    {
        var output = OutputSink.ToFile(Path.Combine(_folder, "a.fgb"));

        var problem = Assert.Single(await Probe().ProblemsAsync(Job(output), Placed with { Georeferencing = Georeferencing.None }, default));

        Assert.True(problem.HoldsEverywhere);
        Assert.Contains("no georeferencing", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ships.shp")]
    [InlineData("ships.KML")]
    [InlineData("ships.parquet")]
    [InlineData("ships.tif")]
    public async Task ProblemsAsync_EndingOfAFormThatSwathDoesNotWrite_HoldsOnEveryMachine(string name)
    {
        var problem = Assert.Single(await ProblemsAsync(OutputSink.ToFile(Path.Combine(_folder, name))));

        Assert.True(problem.HoldsEverywhere);
        Assert.Contains($"Swath writes no {Path.GetExtension(name)} files", problem.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ProblemsAsync_BucketAndStream_AreToldFromThoseThatAreNotThere()
    {
        var emulators = await AwsEmulators.GetAsync();
        var name = "probe-" + Guid.NewGuid().ToString("N")[..12];
        using var s3 = TestSinks.S3(emulators.Url);
        await s3.Client.PutBucketAsync(name);
        await KinesisEmulator.CreateStreamAsync(emulators, name);
        var probe = new OutputProbe(TestSinks.Factory(emulators.Url, emulators.KinesisUrl), WideAccess.Settings, TimeProvider.System, NullLogger<OutputProbe>.Instance);

        Assert.Empty(await probe.ProblemsAsync(Job(S3(name), Kinesis(name)), Placed, default));
        var problems = await probe.ProblemsAsync(Job(S3("no-" + name), Kinesis("no-" + name)), Placed, default);

        Assert.All(problems, problem => Assert.True(problem.HoldsEverywhere));
        Assert.Contains($"s3://no-{name}/{JobId}.geojson can't be written: NoSuchBucket", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains($"Kinesis stream no-{name} can't be written: there is no such stream", problems[1].Message, StringComparison.Ordinal);
        Assert.Empty((await s3.Client.ListMultipartUploadsAsync(new Amazon.S3.Model.ListMultipartUploadsRequest { BucketName = name })).MultipartUploads ?? []);
        Assert.Empty((await s3.Client.ListObjectsV2Async(new Amazon.S3.Model.ListObjectsV2Request { BucketName = name })).S3Objects ?? []);
    }

    [Fact]
    public async Task ProblemsAsync_StoresThatCantBeReached_AreNoProblemOfTheJob() =>
        Assert.Empty(await ProblemsAsync(S3("bucket"), Kinesis("stream")));

    [Fact]
    public async Task ProblemsAsync_ProbeWithADefect_IsNoProblemOfTheJob()
    {
        var probe = new OutputProbe(new BrokenSinks(OutputType.Kinesis), WideAccess.Settings, TimeProvider.System, NullLogger<OutputProbe>.Instance);

        Assert.Empty(await probe.ProblemsAsync(Job(Kinesis("stream")), Placed, default));
    }

    [Fact]
    public async Task ProblemsAsync_OutputsThatTheJobMayNotWrite_AreRefusedWithoutTrying()
    {
        var job = Job(OutputSink.ToFile(Path.Combine(_folder, "a.geojson")), S3("bucket"), Kinesis("stream")) with { Grants = new Grants() };

        var problems = await Probe().ProblemsAsync(job, Placed, default);

        Assert.Equal([false, true, true], problems.Select(problem => problem.HoldsEverywhere));
        Assert.Contains("OUTPUT_ROOTS", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("OUTPUT_BUCKETS", problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("OUTPUT_STREAMS", problems[2].Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static OutputSink S3(string bucket) => new() { Type = OutputType.S3, Bucket = bucket };

    private static OutputSink Kinesis(string stream) => new() { Type = OutputType.Kinesis, Stream = stream };

    private static CalculateRegions Job(params OutputSink[] outputs) =>
        new() { JobId = JobId, ImageUrl = "/images/a.tif", Tile = new TileOptions(), Outputs = outputs, Grants = All };

    private static OutputProbe Probe() => new(TestSinks.Factory(), WideAccess.Settings, TimeProvider.System, NullLogger<OutputProbe>.Instance);

    private static Task<IReadOnlyList<OutputProblem>> ProblemsAsync(params OutputSink[] outputs) => Probe().ProblemsAsync(Job(outputs), Placed, default);
}
