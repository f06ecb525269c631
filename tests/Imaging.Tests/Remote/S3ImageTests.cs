using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Swath.Contracts;
using Swath.Imaging.Remote;
using Swath.Testing;

namespace Swath.Imaging.Tests.Remote;

public sealed class S3ImageTests
{
    private const string Allowed = "arn:aws:iam::123456789012:role/allowed", Denied = "arn:aws:iam::123456789012:role/denied", Away = "arn:aws:iam::123456789012:role/away";

    private static readonly SampleTiff Sample = new(900, 700, 3, 1) { Extra = SampleTiff.Utm18 };

    [SkippableFact]
    public async Task Read_ImageInTheEmulator_IsTheFiles()
    {
        var emulators = await AwsEmulators.GetAsync();
        var config = new AmazonS3Config { ServiceURL = emulators.Url, ForcePathStyle = true, AuthenticationRegion = AwsEmulators.Region };
        using var s3 = new AmazonS3Client(AwsEmulators.AccessKey, AwsEmulators.SecretKey, config);
        await s3.PutBucketAsync("imagery-read");
        const string key = "day 1/ä+b&c=d/scene.tif";
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "imagery-read", Key = key, InputStream = new MemoryStream(Sample.ToBytes()) });
        using var access = new ImageAccess(() => new(), () => new(), TimeProvider.System)
        {
            S3 = _ => new AmazonS3Client(AwsEmulators.AccessKey, AwsEmulators.SecretKey, config),
        };

        using var image = access.Open($"s3://imagery-read/{key}");
        var pixels = new byte[image.BytesOf(image.Bounds)];
        image.Read(image.Bounds, pixels, SampleOrder.PixelInterleaved);

        Assert.Equal(Sample.Pixels(), pixels);
        var missing = Assert.Throws<ImageException>(() => access.Open("s3://imagery-read/other.tif").Dispose());
        Assert.Equal(ImageErrorKind.NotFound, missing.Kind);
        Assert.Contains("the bucket imagery-read has no key other.tif", missing.Message, StringComparison.Ordinal);
        var nowhere = Assert.Throws<ImageException>(() => access.Open("s3://imagery-none/other.tif").Dispose());
        Assert.Equal(ImageErrorKind.NotFound, nowhere.Kind);
        Assert.Contains("there is no bucket imagery-none", nowhere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ObjectThatAnotherRoleHasOpen_IsDeniedToTheRoleThatMayNot()
    {
        using var server = Guarded();
        using var access = Access(server);
        using var mine = access.Open("s3://bucket/image.tif", Allowed);
        var pixels = new byte[mine.BytesOf(mine.Bounds)];
        mine.Read(mine.Bounds, pixels, SampleOrder.PixelInterleaved);
        var sent = server.BytesSent;

        var denied = Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif", Denied).Dispose());

        Assert.Equal(ImageErrorKind.AccessDenied, denied.Kind);
        Assert.Equal(ImageRejection.AccessDenied, denied.Rejection);
        Assert.Contains(Denied, denied.Message, StringComparison.Ordinal);
        Assert.Contains("key image.tif of the bucket bucket", denied.Message, StringComparison.Ordinal);
        Assert.Contains("s3:GetObject", denied.Message, StringComparison.Ordinal);
        Assert.Equal(sent, server.BytesSent);
        Assert.Equal(Sample.Pixels(), pixels);

        // Nor does what the first one read stay for anybody when it is closed.
        mine.Dispose();
        Assert.Equal(ImageErrorKind.AccessDenied, Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif").Dispose()).Kind);
    }

    [Fact]
    public void Open_RoleThatCannotBeTakenOn_IsDeniedOrUnavailable()
    {
        using var server = Guarded();
        using var access = Access(server);

        Assert.Equal(ImageErrorKind.AccessDenied, Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif", "arn:aws:iam::1:role/other").Dispose()).Kind);
        Assert.Equal(ImageErrorKind.Unavailable, Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif", Away).Dispose()).Kind);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void Open_RoleInAProcessWithoutRoles_IsRefused()
    {
        using var access = new ImageAccess(() => new(), () => new(), TimeProvider.System);
        var refused = Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif", Allowed).Dispose());
        Assert.Equal(ImageErrorKind.InvalidRequest, refused.Kind);
    }

    [Theory]
    [InlineData(503, "SlowDown", ImageErrorKind.Unavailable)]
    [InlineData(500, "InternalError", ImageErrorKind.Unavailable)]
    [InlineData(400, "RequestTimeout", ImageErrorKind.Unavailable)]
    [InlineData(400, "ExpiredToken", ImageErrorKind.Unavailable)]
    [InlineData(403, "InvalidAccessKeyId", ImageErrorKind.AccessDenied)]
    [InlineData(403, "InvalidObjectState", ImageErrorKind.AccessDenied)]
    [InlineData(404, "NoSuchKey", ImageErrorKind.NotFound)]
    [InlineData(416, "InvalidRange", ImageErrorKind.NotAnImage)]
    public void Open_S3ThatRefuses_IsOfThatKind(int status, string code, ImageErrorKind kind)
    {
        using var server = new RangeServer([]) { Answer = context => RefuseAsync(context, status, code) };
        using var access = Access(server);
        var refused = Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif", Allowed).Dispose());
        Assert.Equal(kind, refused.Kind);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void Open_NobodyListens_IsUnavailable()
    {
        var server = Guarded();
        using var access = Access(server);
        server.Dispose();
        Assert.Equal(ImageErrorKind.Unavailable, Assert.Throws<ImageException>(() => access.Open("s3://bucket/image.tif", Allowed).Dispose()).Kind);
    }

    // Emulators check no keys: this server lets one role read, as S3 would.
    private static RangeServer Guarded() => new(Sample.ToBytes())
    {
        Answer = context => context.Request.Headers["Authorization"]?.Contains("Credential=ASIA-allowed/", StringComparison.Ordinal) == true
            ? Task.FromResult(false)
            : RefuseAsync(context, 403, "AccessDenied"),
    };

    private static async Task<bool> RefuseAsync(HttpListenerContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>As the test says</Message><RequestId>1</RequestId></Error>"));
        context.Response.Close();
        return true;
    }

    private static ImageAccess Access(RangeServer server)
    {
        var config = new AmazonS3Config { ServiceURL = $"http://127.0.0.1:{server.Port}", ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 };
        return new ImageAccess(() => new(), () => new() { Retries = 0 }, TimeProvider.System, new Roles())
        {
            S3 = credentials => new AmazonS3Client(credentials ?? new BasicAWSCredentials("AKIA-process", "secret"), config),
        };
    }

    private sealed class Roles : IImageReadRoles
    {
        public ValueTask<ImageReadKeys> KeysOfAsync(string roleArn, CancellationToken cancellationToken) => roleArn switch
        {
            Allowed => new(new ImageReadKeys("ASIA-allowed", "secret", "token")),
            Denied => new(new ImageReadKeys("ASIA-denied", "secret", "token")),
            Away => throw new ImageReadRoleException("STS is away", passing: true),
            _ => throw new ImageReadRoleException($"The role {roleArn} can't be assumed", passing: false),
        };
    }
}
