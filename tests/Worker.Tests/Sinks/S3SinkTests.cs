using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.S3.Model;
using Swath.Testing;
using Swath.Worker.Sinks;
using Swath.Worker.Sinks.S3;

namespace Swath.Worker.Tests.Sinks;

/// <summary>Against the S3 emulator, and read back by boto3 where it is at hand.</summary>
public sealed class S3SinkTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;

    private static readonly S3Sizes Small = new(10 * MiB, 5 * MiB);

    private readonly string _bucket = "sink-" + Guid.NewGuid().ToString("N");
    private readonly Guid _job = Guid.NewGuid();
    private AwsEmulators? _emulators;
    private AwsProxy _proxy = null!;
    private S3Connection _connection = null!;

    private string Key => $"results/2026/{_job}.geojson";

    // A skip in here would be a failure: the first line of each test is where it may be.
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_emulators is null)
            return;
        _connection.Dispose();
        await _proxy.DisposeAsync();
    }

    [SkippableFact]
    public async Task CompleteAsync_Features_AreAnObjectThatBoto3Reads()
    {
        var emulators = await StartAsync();
        await using (var sink = Sink(S3Sizes.Default))
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            await sink.WriteAsync("""{"type":"Feature","n":1}"""u8.ToArray(), default);
            await sink.WriteAsync("""{"type":"Feature","n":2}"""u8.ToArray(), default);
            Assert.Empty(_proxy.Requests);
            Assert.Equal($"s3://{_bucket}/{Key}", await sink.CompleteAsync(default));
        }

        var put = Assert.Single(_proxy.Requests);
        Assert.StartsWith($"PUT /{_bucket}/{Key}", put.Line, StringComparison.Ordinal);
        Assert.Equal("bucket-owner-full-control", put.Headers["x-amz-acl"]);
        Assert.Equal("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", put.Headers["x-amz-content-sha256"]);
        var said = await Boto3.RunAsync(
            emulators,
            """
            object = client("s3").get_object(Bucket=sys.argv[1], Key=sys.argv[2])
            collection = json.load(object["Body"])
            print(object["ContentType"], collection["type"], [feature["n"] for feature in collection["features"]], collection["swath"]["jobName"])
            """,
            _bucket,
            Key);
        Assert.Equal("application/geo+json FeatureCollection [1, 2] harbour \"1\"", said.Trim());
    }

    [SkippableFact]
    public async Task CompleteAsync_MoreThanTheBuffer_TravelsInPartsAndIsVisibleAtTheEndOnly()
    {
        await StartAsync();
        var expected = new StringBuilder(Encoding.UTF8.GetString(FeatureCollectionText.Head(TestSinks.Summary).Span));
        await using (var sink = Sink(Small))
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            for (var n = 0; n < 23; n++)
            {
                var feature = Feature(n, MiB);
                await sink.WriteAsync(Encoding.UTF8.GetBytes(feature), default);
                expected.Append(n == 0 ? "\n" : ",\n").Append(feature);
            }

            Assert.Null(await TryReadAsync());
            await sink.CompleteAsync(default);
        }

        expected.Append("\n]}\n");
        Assert.Equal(Hash(Encoding.UTF8.GetBytes(expected.ToString())), Hash((await TryReadAsync())!));
        Assert.Equal("bucket-owner-full-control", _proxy.Requests.Single(request => request.Line.EndsWith("?uploads", StringComparison.Ordinal)).Headers["x-amz-acl"]);
        Assert.Equal(["1", "2", "3", "4", "5"], Parts().Order());
        Assert.DoesNotContain(_proxy.Lines, line => line.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task CompleteAsync_MoreThan64MiB_IsWhatBoto3Hashes()
    {
        var emulators = await StartAsync();
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        expected.AppendData(FeatureCollectionText.Head(TestSinks.Summary).Span);
        await using (var sink = Sink(S3Sizes.Default))
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            for (var n = 0; n < 90; n++)
            {
                var feature = Encoding.UTF8.GetBytes(Feature(n, MiB));
                await sink.WriteAsync(feature, default);
                expected.AppendData(FeatureCollectionText.Before(n == 0).Span);
                expected.AppendData(feature);
            }

            await sink.CompleteAsync(default);
        }

        expected.AppendData(FeatureCollectionText.Tail.Span);
        Assert.Equal(6, Parts().Count());
        var said = await Boto3.RunAsync(
            emulators,
            """
            import hashlib
            body = client("s3").get_object(Bucket=sys.argv[1], Key=sys.argv[2])["Body"].read()
            print(hashlib.sha256(body).hexdigest(), len(json.loads(body)["features"]))
            """,
            _bucket,
            Key);
        Assert.Equal($"{Convert.ToHexStringLower(expected.GetHashAndReset())} 90", said.Trim());
    }

    [SkippableTheory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    public async Task CompleteAsync_AroundTheSizeOfTheBuffer_NeedsPartsOnlyAboveIt(int above, int parts)
    {
        await StartAsync();
        var around = FeatureCollectionText.Head(TestSinks.Summary).Length + 1 + FeatureCollectionText.Tail.Length;
        await using var sink = Sink(Small);
        await sink.OpenAsync(TestSinks.Summary, default);
        await sink.WriteAsync(Encoding.UTF8.GetBytes(Feature(1, Small.BufferBytes - around + above)), default);
        await sink.CompleteAsync(default);

        Assert.Equal(Small.BufferBytes + above, (await TryReadAsync())!.Length);
        Assert.Equal(parts, Parts().Count());
    }

    [SkippableFact]
    public async Task CompleteAsync_OnceMore_ReplacesTheObject()
    {
        await StartAsync();
        foreach (var n in new[] { 1, 2 })
        {
            await using var sink = Sink(S3Sizes.Default);
            await sink.OpenAsync(TestSinks.Summary, default);
            await sink.WriteAsync(Encoding.UTF8.GetBytes(Feature(n, 100)), default);
            await sink.CompleteAsync(default);
        }

        using var result = JsonDocument.Parse((await TryReadAsync())!);
        Assert.Equal(2, Assert.Single(result.RootElement.GetProperty("features").EnumerateArray()).GetProperty("n").GetInt32());
    }

    [SkippableFact]
    public async Task DisposeAsync_PartsWithoutCompletion_AbortsTheUpload()
    {
        await StartAsync();
        await using (var sink = Sink(Small))
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            await sink.WriteAsync(Encoding.UTF8.GetBytes(Feature(1, 11 * MiB)), default);
            Assert.Equal(2, Parts().Count());
        }

        Assert.Null(await TryReadAsync());
        await AssertAbortedAsync();
    }

    [SkippableFact]
    public async Task WriteAsync_PartIsRefused_SaysWhatToAllowAndAborts()
    {
        await StartAsync();
        _proxy.Interfere = (context, _) => RefuseAsync(context, context.Request.Query["partNumber"] == "2", 403, "AccessDenied");
        await using (var sink = Sink(Small))
        {
            await sink.OpenAsync(TestSinks.Summary, default);
            var failure = await Assert.ThrowsAsync<SinkException>(async () => await sink.WriteAsync(Encoding.UTF8.GetBytes(Feature(1, 11 * MiB)), default));
            Assert.Equal(
                $"The output s3://{_bucket}/{Key} can't be written: AccessDenied: as the test wants it. Allow s3:PutObject, s3:PutObjectAcl and s3:AbortMultipartUpload on it.",
                failure.Message);
        }

        await AssertAbortedAsync();
    }

    [SkippableFact]
    public async Task CompleteAsync_NoSuchBucket_NamesIt()
    {
        await StartAsync();
        await using var sink = new S3Sink("nobodys-bucket", null, _job.ToString(), _connection, S3Sizes.Default);
        await sink.OpenAsync(TestSinks.Summary, default);

        var failure = await Assert.ThrowsAsync<SinkException>(() => sink.CompleteAsync(default));

        Assert.StartsWith($"The output s3://nobodys-bucket/{_job}.geojson can't be written: NoSuchBucket: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Create the bucket", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(11 * MiB)]
    public async Task CompleteAsync_SignedWithAnotherSecret_IsRefused(int length)
    {
        await StartAsync();
        _proxy.Keys[AwsEmulators.AccessKey] = ("another", null);
        await using var sink = Sink(Small);
        await sink.OpenAsync(TestSinks.Summary, default);

        var failure = await Assert.ThrowsAsync<SinkException>(async () =>
        {
            await sink.WriteAsync(Encoding.UTF8.GetBytes(Feature(1, length)), default);
            await sink.CompleteAsync(default);
        });

        Assert.Contains("SignatureDoesNotMatch", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_proxy.Requests);
    }

    [Fact]
    public async Task CompleteAsync_NobodyListens_SaysWhatToCheck()
    {
        using var connection = TestSinks.S3(TestSinks.Nowhere);
        await using var sink = new S3Sink("b", null, _job.ToString(), connection, S3Sizes.Default);
        await sink.OpenAsync(TestSinks.Summary, default);

        var failure = await Assert.ThrowsAsync<SinkException>(() => sink.CompleteAsync(default));

        Assert.Contains("can't be reached", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AWS_ENDPOINT_URL", failure.Message, StringComparison.Ordinal);
    }

    private async Task<AwsEmulators> StartAsync()
    {
        _emulators = await AwsEmulators.GetAsync();
        using (var direct = TestSinks.S3(_emulators.Url))
            await direct.Client.PutBucketAsync(_bucket);
        _proxy = new AwsProxy(_emulators.Url, SigV4.S3);
        _connection = TestSinks.S3(_proxy.Url);
        return _emulators;
    }

    private S3Sink Sink(S3Sizes sizes) => new(_bucket, "results/2026/", _job.ToString(), _connection, sizes);

    private static string Feature(int n, int length)
    {
        var start = $$"""{"type":"Feature","n":{{n}},"text":""" + "\"";
        return start + new string((char)('a' + (n % 26)), length - start.Length - 2) + "\"}";
    }

    private async Task<byte[]?> TryReadAsync()
    {
        using var direct = TestSinks.S3(_emulators!.Url);
        try
        {
            using var found = await direct.Client.GetObjectAsync(_bucket, Key);
            using var body = new MemoryStream();
            await found.ResponseStream.CopyToAsync(body);
            return body.ToArray();
        }
        catch (Amazon.S3.AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchKey")
        {
            return null;
        }
    }

    private IEnumerable<string> Parts() => _proxy.Lines
        .Where(line => line.StartsWith("PUT", StringComparison.Ordinal) && line.Contains("partNumber=", StringComparison.Ordinal))
        .Select(line => line.Split("partNumber=")[1].Split('&')[0]);

    private async Task AssertAbortedAsync()
    {
        var abort = Assert.Single(_proxy.Lines, line => line.StartsWith("DELETE", StringComparison.Ordinal));
        using var direct = TestSinks.S3(_emulators!.Url);
        var refused = await Assert.ThrowsAsync<Amazon.S3.AmazonS3Exception>(() => direct.Client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = _bucket,
            Key = Key,
            UploadId = Uri.UnescapeDataString(abort.Split("uploadId=")[1].Split('&')[0]),
            PartNumber = 9,
            InputStream = new MemoryStream([1]),
        }));
        Assert.Equal("NoSuchUpload", refused.ErrorCode);
    }

    private static async Task<bool> RefuseAsync(Microsoft.AspNetCore.Http.HttpContext context, bool when, int status, string code)
    {
        if (!when)
            return false;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>as the test wants it</Message></Error>"));
        return true;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
