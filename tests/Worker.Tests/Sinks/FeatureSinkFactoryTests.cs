using Swath.Contracts;
using Swath.Worker.Sinks;
using Swath.Worker.Sinks.S3;

namespace Swath.Worker.Tests.Sinks;

public sealed class FeatureSinkFactoryTests
{
    [Theory]
    [InlineData(OutputType.File, "path")]
    [InlineData(OutputType.S3, "bucket")]
    [InlineData(OutputType.Kinesis, "stream")]
    public void Create_OutputWithoutItsPlace_NamesWhatIsMissing(OutputType type, string member)
    {
        var failure = Assert.Throws<SinkException>(() => TestSinks.Factory().Create(new OutputSink { Type = type }, "job"));

        Assert.Contains($"has no {member}. Set '{member}'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "3f2b0c1e-0000-4000-8000-000000000001.geojson")]
    [InlineData("", "3f2b0c1e-0000-4000-8000-000000000001.geojson")]
    [InlineData("a/b", "a/b/3f2b0c1e-0000-4000-8000-000000000001.geojson")]
    [InlineData("a/b/", "a/b/3f2b0c1e-0000-4000-8000-000000000001.geojson")]
    public void KeyOf_Prefix_IsAFolderOfTheKey(string? prefix, string key) =>
        Assert.Equal(key, S3Sink.KeyOf(prefix, "3f2b0c1e-0000-4000-8000-000000000001"));
}
