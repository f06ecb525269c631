using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using Swath.Intake.Sqs;
using Swath.Intake.Sqs.Osml;
using Swath.Testing;

namespace Swath.Intake.Tests.Sqs;

public sealed class OsmlRequestTests
{
    private const string Smallest = """{"jobId":"j","imageUrls":["/a.tif"],"imageProcessor":{"name":"ships","type":"SM_ENDPOINT"},"outputs":[{"type":"S3","bucket":"b","prefix":"p"}]}""";

    [Fact]
    public void Read_EveryMember_IsTakenOver()
    {
        var request = Read("""
            {
              "jobName": "harbour", "jobId": "6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c", "imageUrls": ["s3://images/harbour.tif"],
              "outputs": [{"type": "S3", "bucket": "results", "prefix": "harbour/"}, {"type": "Kinesis", "stream": "features", "batchSize": 100}],
              "imageProcessor": {"name": "ships", "type": "SM_ENDPOINT", "assumedRole": "arn:aws:iam::123456789012:role/invoke"},
              "imageProcessorParameters": {"TargetVariant": "blue", "CustomAttributes": "mode=fast", "EnableExplanations": true},
              "imageProcessorTileSize": 512, "imageProcessorTileOverlap": 64, "imageProcessorTileFormat": "GTIFF", "imageProcessorTileCompression": "LZW",
              "imageReadRole": "arn:aws:iam::123456789012:role/read", "regionOfInterest": "POINT (1 2)", "featureProperties": [{"mission": "M-17"}],
              "postProcessing": [{"step": "FEATURE_DISTILLATION", "algorithm": {"algorithmType": "SOFT_NMS", "iouThreshold": 0.5, "skipBoxThreshold": 0.1, "sigma": 0.2}}]
            }
            """);

        Assert.Equal((new Guid("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c"), null, "harbour"), (request.JobId, request.ExternalId, request.JobName));
        Assert.Equal(("s3://images/harbour.tif", "arn:aws:iam::123456789012:role/read", "POINT (1 2)"), (request.ImageUrl, request.ImageReadRole, request.RegionOfInterest));
        Assert.Equal(("ships", EndpointType.SageMaker, "blue", "arn:aws:iam::123456789012:role/invoke"),
            (request.Endpoint.Name, request.Endpoint.Type, request.Endpoint.TargetVariant, request.Endpoint.AssumedRole));
        Assert.Equal(new Dictionary<string, string> { ["CustomAttributes"] = "mode=fast", ["EnableExplanations"] = "true" }, request.Endpoint.Parameters);
        Assert.Equal(new TileOptions { Size = 512, Overlap = 64, Format = TileFormat.Gtiff, Compression = TileCompression.Lzw }, request.Tile);
        Assert.Equal([new() { Type = OutputType.S3, Bucket = "results", Prefix = "harbour" }, new() { Type = OutputType.Kinesis, Stream = "features", BatchSize = 100 }], request.Outputs);
        Assert.Equal("M-17", Assert.Single(request.FeatureProperties).GetProperty("mission").GetString());
        Assert.Equal([new() { Algorithm = DistillationAlgorithm.SoftNms, IouThreshold = 0.5, SkipBoxThreshold = 0.1, Sigma = 0.2 }], request.PostProcessing);
    }

    [Fact]
    public void Read_SmallTilesWithoutAnOverlap_ShareHalfOfTheirSize() =>
        Assert.Equal(32, Read(Smallest.Replace("\"jobId\":\"j\"", "\"jobId\":\"j\",\"imageProcessorTileSize\":64", StringComparison.Ordinal)).Tile.Overlap);

    [Fact]
    public void Read_OnlyWhatIsNeeded_TakesTheDefaults()
    {
        var request = Read("""{"jobId":"testId1","imageUrls":["/a.tif"],"imageProcessor":{"name":"ships"},"outputs":[{"type":"S3","bucket":"b","prefix":"p"}]}""");

        Assert.Equal("testId1", request.ExternalId);
        Assert.Equal(EndpointType.SageMaker, request.Endpoint.Type);
        Assert.Equal(new TileOptions { Size = 1024, Overlap = 50, Format = TileFormat.Nitf, Compression = TileCompression.None }, request.Tile);
        Assert.Equal([PostProcessingStep.Default], request.PostProcessing);
        Assert.Empty(request.FeatureProperties);
        Assert.Null(request.RegionOfInterest);
    }

    [Theory]
    [InlineData("\"imageProcessorTileSize\":\"512\"", 512)]
    [InlineData("\"imageProcessorTileSize\":\" 512 \"", 512)]
    [InlineData("\"imageProcessorTileSize\":null", 1024)]
    public void Read_TileSizeAsSendersWriteIt_IsUnderstood(string member, int size) => Assert.Equal(size, Read(With(member)).Tile.Size);

    [Theory]
    [InlineData("\"outputs\":[],\"outputBucket\":\"b\",\"outputPrefix\":\"p/\"")]
    [InlineData("\"outputs\":null,\"outputBucket\":\"b\",\"outputPrefix\":\"p\"")]
    public void Read_OlderFormOfOneOutput_IsUnderstood(string members) =>
        Assert.Equal([new() { Type = OutputType.S3, Bucket = "b", Prefix = "p" }], Read(With(members)).Outputs);

    [Fact]
    public void Read_BatchSizeOfTheApiPage_IsWhatKinesisTakes() =>
        Assert.Equal(500, Assert.Single(Read(With("\"outputs\":[{\"type\":\"Kinesis\",\"stream\":\"s\",\"batchSize\":1000}]")).Outputs).BatchSize);

    [Fact]
    public void Read_HttpEndpointWithATargetVariant_LeavesItOut()
    {
        var endpoint = Read(With("\"imageProcessor\":{\"name\":\"http://m/\",\"type\":\"HTTP_ENDPOINT\"},\"imageProcessorParameters\":{\"TargetVariant\":\"blue\"}")).Endpoint;

        Assert.Equal((EndpointType.Http, null), (endpoint.Type, endpoint.TargetVariant));
    }

    [Theory]
    [InlineData("\"jobId\":\"\"", "jobId is missing")]
    [InlineData("\"jobId\":7", "jobId must be a text; it is 7.")]
    [InlineData("\"imageUrls\":[]", "imageUrls must be a list of one text")]
    [InlineData("\"imageUrls\":null", "imageUrls is missing")]
    [InlineData("\"imageUrls\":[\"a\",\"b\"]", "imageUrls names 2 images")]
    [InlineData("\"imageUrls\":[7]", "imageUrls must be a list of one text")]
    [InlineData("\"imageUrls\":\"a\"", "imageUrls must be a list; it is \"a\".")]
    [InlineData("\"imageUrls\":[\"a\\u0000.tif\"]", "imageUrls[0] must be Unicode text without U+0000")]
    [InlineData("\"imageProcessor\":null", "imageProcessor is missing")]
    [InlineData("\"imageProcessor\":\"ships\"", "imageProcessor must be a JSON object")]
    [InlineData("\"imageProcessor\":{\"type\":\"SM_ENDPOINT\"}", "imageProcessor.name is missing")]
    [InlineData("\"imageProcessor\":{\"name\":\"m\",\"type\":\"LAMBDA\"}", "imageProcessor.type must be one of SM_ENDPOINT, HTTP_ENDPOINT; it is 'LAMBDA'.")]
    [InlineData("\"imageProcessor\":{\"name\":\"m\",\"type\":\"HTTP_ENDPOINT\"}", "imageProcessor.name must be an http:// or https:// URL")]
    [InlineData("\"imageProcessor\":{\"name\":\"m\",\"assumedRole\":\"admin\"}", "imageProcessor.assumedRole must be the ARN of a role")]
    [InlineData("\"imageProcessorParameters\":{\"A\":[1]}", "imageProcessorParameters.A must be a text, a number, true or false")]
    [InlineData("\"imageProcessorTileSize\":\"large\"", "imageProcessorTileSize must be a whole number; it is \"large\".")]
    [InlineData("\"imageProcessorTileSize\":512.5", "imageProcessorTileSize must be a whole number")]
    [InlineData("\"imageProcessorTileSize\":5", "imageProcessorTileSize must be 16..8192 pixels; it is 5.")]
    [InlineData("\"imageProcessorTileOverlap\":1024", "imageProcessorTileOverlap must be 0..1023")]
    [InlineData("\"imageProcessorTileFormat\":\"BMP\"", "imageProcessorTileFormat must be one of NITF, JPEG, PNG, GTIFF; it is 'BMP'.")]
    [InlineData("\"imageProcessorTileCompression\":\"ZIP\"", "imageProcessorTileCompression must be one of NONE, JPEG, J2K, LZW; it is 'ZIP'.")]
    [InlineData("\"imageReadRole\":\"me\"", "imageReadRole must be the ARN of a role")]
    [InlineData("\"regionOfInterest\":[1,2]", "regionOfInterest must be a text")]
    [InlineData("\"featureProperties\":{\"a\":1}", "featureProperties must be a list")]
    [InlineData("\"featureProperties\":[1]", "featureProperties must be JSON objects")]
    [InlineData("\"outputs\":[]", "outputs must name at least one output")]
    [InlineData("\"outputs\":[{\"bucket\":\"b\"}]", "outputs[0].type is missing")]
    [InlineData("\"outputs\":[{\"type\":\"FTP\"}]", "outputs[0].type must be one of S3, Kinesis; it is 'FTP'.")]
    [InlineData("\"outputs\":[{\"type\":\"S3\"}]", "outputs[0].bucket is missing")]
    [InlineData("\"outputs\":[{\"type\":\"Kinesis\",\"stream\":\"s\",\"batchSize\":\"many\"}]", "outputs[0].batchSize must be a whole number")]
    [InlineData("\"outputs\":[{\"type\":\"S3\",\"bucket\":\"b\",\"role\":\"arn:aws:iam::1:role/w\"}]", "outputs[0].role can't be assumed")]
    [InlineData("\"postProcessing\":[{\"step\":\"SORTING\",\"algorithm\":{\"algorithmType\":\"NMS\"}}]", "postProcessing[0].step must be one of FEATURE_DISTILLATION")]
    [InlineData("\"postProcessing\":[{\"step\":\"FEATURE_DISTILLATION\",\"algorithm\":{\"algorithmType\":\"WBF\"}}]", "postProcessing[0].algorithm.algorithmType must be one of NMS, SOFT_NMS; it is 'WBF'.")]
    [InlineData("\"postProcessing\":[{\"step\":\"FEATURE_DISTILLATION\"}]", "postProcessing[0].algorithm is missing")]
    [InlineData("\"postProcessing\":[7]", "postProcessing[0] must be a JSON object; it is 7.")]
    public void Read_WhatCannotBeAJob_SaysWhatToChange(string member, string sentence) =>
        Assert.Contains(Assert.Throws<RefusedRequestException>(() => Read(With(member))).Problems, problem => problem.StartsWith(sentence, StringComparison.Ordinal));

    [Fact]
    public void Read_SeveralMistakes_NamesThemAll()
    {
        var refused = Assert.Throws<RefusedRequestException>(() => Read(With("\"jobId\":null,\"imageUrls\":[],\"imageProcessorTileFormat\":\"BMP\"")));

        Assert.Equal(["jobId", "imageUrls", "imageProcessorTileFormat"], refused.Problems.Select(problem => problem.Split(' ')[0]));
    }

    [Fact]
    public void JobId_AnyName_IsTheSameJobEachTimeAndKeepsItsName() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<NonEmptyString, NonEmptyString>((one, other) =>
        {
            var (first, second) = (OsmlJobId.Of(one.Get), OsmlJobId.Of(other.Get));
            return first == OsmlJobId.Of(one.Get) && first.ExternalId == one.Get && (first.JobId == second.JobId) == (one.Get == other.Get);
        }));

    [Theory]
    [InlineData("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c", null)]
    [InlineData("6F1C6F0E-7D5B-4C5E-9A55-0D7C4A1F2B3C", "6F1C6F0E-7D5B-4C5E-9A55-0D7C4A1F2B3C")]
    public void JobId_Uuid_IsItselfAndKeepsAnotherSpelling(string name, string? external) =>
        Assert.Equal((new Guid("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c"), external), OsmlJobId.Of(name));

    [SkippableFact]
    public async Task JobId_Name_IsTheUuidThatPythonMakesOfIt()
    {
        const string script = "import sys, uuid; print(uuid.uuid5(uuid.UUID(sys.argv[1]), sys.argv[2]))";

        var said = await ExternalTool.RunAsync("python3", ["-c", script, ExternalIds.Namespace.ToString(), "testId1 är"]);

        Assert.Equal(OsmlJobId.Of("testId1 är").JobId, Guid.Parse(said.Trim()));
    }

    private static ImageRequested Read(string body)
    {
        using var json = JsonDocument.Parse(body);
        return OsmlRequest.Read(json.RootElement);
    }

    // The last of two members of one name counts.
    private static string With(string members) => $"{Smallest[..^1]},{members}}}";
}
