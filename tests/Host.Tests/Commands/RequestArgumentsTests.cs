using Swath.Contracts;
using Swath.Host.Commands;

namespace Swath.Host.Tests.Commands;

public sealed class RequestArgumentsTests
{
    [Theory]
    [InlineData("s3://results", "results", null)]
    [InlineData("s3://results/", "results", null)]
    [InlineData("S3://results/2026/11/", "results", "2026/11/")]
    public void Output_S3_IsBucketAndPrefix(string text, string bucket, string? prefix) =>
        Assert.Equal(new OutputSink { Type = OutputType.S3, Bucket = bucket, Prefix = prefix }, RequestArguments.Output(text));

    [Fact]
    public void Output_Kinesis_IsAStream() =>
        Assert.Equal(new OutputSink { Type = OutputType.Kinesis, Stream = "detections" }, RequestArguments.Output("kinesis://detections"));

    [Fact]
    public void Output_AnythingElse_IsAFile() => Assert.Equal(OutputSink.ToFile(Path.GetFullPath("s3/a.geojson")), RequestArguments.Output("s3/a.geojson"));

    [Theory]
    [InlineData("ships", EndpointType.SageMaker)]
    [InlineData("ships-2", EndpointType.SageMaker)]
    [InlineData("http://localhost:8080/invocations", EndpointType.Http)]
    [InlineData("localhost:8080", EndpointType.Http)]
    [InlineData("models.local", EndpointType.Http)]
    public void Endpoint_Look_TellsItsType(string text, EndpointType type) =>
        Assert.Equal((text, type), (RequestArguments.Endpoint(text).Name, RequestArguments.Endpoint(text).Type));
}
