using System.Net;
using Swath.Contracts;
using Swath.Imaging.Remote;
using Swath.Testing;

namespace Swath.Imaging.Tests.Remote;

public sealed class WebImageTests : IDisposable
{
    private static readonly SampleTiff Sample = new(1500, 1000, 3, 1) { Extra = SampleTiff.Utm18 };

    private readonly RangeServer _server = new(Sample.ToBytes());
    private readonly RemoteImageOptions _options = new() { HttpHosts = "127.0.0.1", HttpPlain = true, HttpInternalAddresses = true, Retries = 0 };
    private readonly FakeTimeProvider _clock = new();
    private readonly ImageAccess _access;

    public WebImageTests()
    {
        _options.HttpHosts = $"127.0.0.1:{_server.Port}";
        _access = new ImageAccess(() => new(), () => _options, _clock);
    }

    public void Dispose()
    {
        _access.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Read_WindowOfWebImage_FetchesLittleMoreThanTheWindow()
    {
        var window = new PixelWindow(700, 400, 100, 50);
        using var image = _access.Open(_server.Url);
        var pixels = new byte[image.BytesOf(window)];

        image.Read(window, pixels, SampleOrder.PixelInterleaved);

        var all = Sample.Pixels();
        for (var row = 0; row < window.Height; row++)
            Assert.Equal(all.AsSpan((((window.Y + row) * 1500) + window.X) * 3, 300), pixels.AsSpan(row * 300, 300));
        Assert.Equal(Georeferencing.Affine, image.Header.Georeferencing);
        Assert.InRange(_server.BytesSent, 1, Sample.Length / 4);
    }

    [Fact]
    public void Read_WholeWebImage_FetchesAheadAndNothingTwice()
    {
        using var image = _access.Open(_server.Url);
        var pixels = new byte[image.BytesOf(image.Bounds)];

        image.Read(image.Bounds, pixels, SampleOrder.PixelInterleaved);

        Assert.Equal(Sample.Pixels(), pixels);
        Assert.InRange(_server.BytesSent, Sample.Length, Sample.Length + 200_000);
        Assert.InRange(_server.Requests, 2, 12);
    }

    [Theory]
    [InlineData("")]
    [InlineData("images.example.com")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("*.0.0.1")]
    public void Open_HostThatIsNotAllowed_IsRefusedWithoutARequest(string hosts)
    {
        _options.HttpHosts = hosts;
        var refused = Refused(_server.Url);
        Assert.Equal(ImageErrorKind.ForbiddenPath, refused.Kind);
        Assert.Contains("IMAGE_HTTP_HOSTS", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void Open_NameOfALoopbackAddress_IsRefusedWithoutARequest(string host)
    {
        _options.HttpInternalAddresses = false;
        _options.HttpHosts = "*";
        var refused = Refused($"http://{host}:{_server.Port}/image.tif");
        Assert.Equal(ImageErrorKind.ForbiddenPath, refused.Kind);
        Assert.Contains("IMAGE_HTTP_INTERNAL_ADDRESSES", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.Requests);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::ffff:169.254.169.254]/latest/meta-data/")]
    [InlineData("http://2852039166/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/latest/meta-data/")]
    public void Open_MetadataService_IsRefusedWhateverIsAllowed(string url)
    {
        _options.HttpHosts = "*";
        Assert.Equal(ImageErrorKind.ForbiddenPath, Refused(url).Kind);
    }

    [Fact]
    public void Open_PlainHttpThatIsNotAllowed_IsRefused()
    {
        _options.HttpPlain = false;
        Assert.Contains("IMAGE_HTTP_PLAIN", Refused(_server.Url).Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.Requests);
    }

    [Fact]
    public void Open_RedirectionToAHostThatIsNotAllowed_IsRefusedWithoutARequest()
    {
        using var hidden = new RangeServer(Sample.ToBytes());
        _server.Answer = context => Redirect(context, hidden.Url);

        var refused = Refused(_server.Url);

        Assert.Equal(ImageErrorKind.ForbiddenPath, refused.Kind);
        Assert.Equal(0, hidden.Requests);
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public void Open_RedirectionToAFileOrAnotherScheme_IsRefused()
    {
        _server.Answer = context => Redirect(context, "file:///etc/passwd");
        Assert.Equal(ImageErrorKind.ForbiddenPath, Refused(_server.Url).Kind);
    }

    [Fact]
    public void Open_RedirectionToAnAllowedHost_IsFollowed()
    {
        using var other = new RangeServer(Sample.ToBytes());
        _options.HttpHosts += $", 127.0.0.1:{other.Port}";
        _server.Answer = context => Redirect(context, other.Url);

        using var image = _access.Open(_server.Url);

        Assert.Equal(1500, image.Header.Width);
    }

    [Fact]
    public void Open_RedirectionsWithoutEnd_AreGivenUp()
    {
        _server.Answer = context => Redirect(context, _server.Url);
        Assert.Equal(ImageErrorKind.NotFound, Refused(_server.Url).Kind);
        Assert.InRange(_server.Requests, 2, 6);
    }

    [Theory]
    [InlineData(404, ImageErrorKind.NotFound)]
    [InlineData(410, ImageErrorKind.NotFound)]
    [InlineData(401, ImageErrorKind.AccessDenied)]
    [InlineData(403, ImageErrorKind.AccessDenied)]
    [InlineData(416, ImageErrorKind.NotAnImage)]
    [InlineData(429, ImageErrorKind.Unavailable)]
    [InlineData(500, ImageErrorKind.Unavailable)]
    [InlineData(503, ImageErrorKind.Unavailable)]
    public void Open_ServerThatRefuses_IsOfThatKind(int status, ImageErrorKind kind)
    {
        _server.Answer = context => RangeServer.Status(context, status);
        var refused = Refused(_server.Url);
        Assert.Equal(kind, refused.Kind);
        Assert.Equal(kind == ImageErrorKind.Unavailable, refused.Rejection is null);
    }

    [Fact]
    public void Open_ServerThatIsBusyTwice_IsAskedAThirdTime()
    {
        _options.Retries = 2;
        _server.Answer = context =>
        {
            if (_server.Requests > 2)
                return Task.FromResult(false);
            context.Response.Headers["Retry-After"] = "0";
            return RangeServer.Status(context, 503);
        };

        using var image = _access.Open(_server.Url);

        Assert.Equal(3, _server.Requests);
    }

    [Fact]
    public void Open_NobodyListens_IsUnavailable()
    {
        _server.Dispose();
        Assert.Equal(ImageErrorKind.Unavailable, Refused(_server.Url).Kind);
    }

    [Fact]
    public async Task Open_ServerThatNeverAnswers_IsUnavailableAfterTheTimeOut()
    {
        var asked = new TaskCompletionSource();
        _server.Answer = async _ =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
            return true;
        };
        var opening = Task.Run(() => Refused(_server.Url));
        await asked.Task;

        _clock.Advance(TimeSpan.FromSeconds(_options.TimeoutSeconds));

        Assert.Equal(ImageErrorKind.Unavailable, (await opening).Kind);
    }

    [Fact]
    public async Task Read_Cancelled_StopsWaitingForTheServer()
    {
        using var cancel = new CancellationTokenSource();
        using var image = _access.Open(_server.Url, null, cancel.Token);
        var asked = new TaskCompletionSource();
        _server.Answer = async _ =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
            return true;
        };
        var reading = Task.Run(() => image.Read(image.Bounds, new byte[image.BytesOf(image.Bounds)]));
        await asked.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public void Read_ServerThatFailsInBetween_IsUnavailableAndLaterReadable()
    {
        using var image = _access.Open(_server.Url);
        var pixels = new byte[image.BytesOf(image.Bounds)];
        _server.Answer = context => RangeServer.Status(context, 503);
        Assert.Equal(ImageErrorKind.Unavailable, Assert.Throws<ImageException>(() => image.Read(image.Bounds, pixels)).Kind);

        _server.Answer = _ => Task.FromResult(false);
        image.Read(image.Bounds, pixels, SampleOrder.PixelInterleaved);

        Assert.Equal(Sample.Pixels(), pixels);
    }

    [SkippableFact]
    public async Task Open_ServerThatFailsBehindThePixels_IsUnavailableInsteadOfWithoutItsSensorModel()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("sensor.ntf");
        await GdalOracle.RunAsync(
            """
            import sys
            from osgeo import gdal
            source = gdal.GetDriverByName('MEM').Create('', 900, 600, 1)
            header = '02' + 'U' + ' ' * 166 + '0000'
            gdal.GetDriverByName('NITF').CreateCopy(sys.argv[1], source, options=['NUMDES=1', 'DES=XML_DATA_CONTENT=' + header + "<SICD xmlns='urn:SICD:1.3.0'><ImageData/></SICD>"])
            """,
            path);
        using var server = new RangeServer(await File.ReadAllBytesAsync(path));
        _options.HttpHosts = $"127.0.0.1:{server.Port}";
        using (var image = _access.Open(server.Url))
            Assert.Equal("SICD", image.UnsupportedSensorModel);

        server.Answer = context => context.Request.Headers["Range"]!.StartsWith("bytes=0-", StringComparison.Ordinal) ? Task.FromResult(false) : RangeServer.Status(context, 503);
        Assert.Equal(ImageErrorKind.Unavailable, Refused(server.Url).Kind);
    }

    [Fact]
    public void Read_ImageThatWasReplaced_FailsInsteadOfMixingTwo()
    {
        using var image = _access.Open(_server.Url);
        _server.ETag = "\"2\"";
        var failed = Assert.Throws<ImageException>(() => image.Read(image.Bounds, new byte[image.BytesOf(image.Bounds)]));
        Assert.Equal(ImageErrorKind.ReadFailed, failed.Kind);
        Assert.Contains("replaced", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ServerWithoutRanges_IsRefusedUnlessTheFileIsSmall()
    {
        var content = Sample.ToBytes();
        _server.Answer = context => Whole(context, content);
        Assert.Contains("range requests", Refused(_server.Url).Message, StringComparison.Ordinal);

        var small = new SampleTiff(40, 30, 1, 1);
        _server.Answer = context => Whole(context, small.ToBytes());
        using var image = _access.Open(_server.Url);
        var pixels = new byte[1200];
        image.Read(image.Bounds, pixels);
        Assert.Equal(small.Pixels(), pixels);
    }

    [Fact]
    public void Open_WebPage_IsNoImage()
    {
        _server.Answer = context => Whole(context, "<html>Not found</html>"u8.ToArray());
        Assert.Equal(ImageErrorKind.NotAnImage, Refused(_server.Url).Kind);
    }

    [Fact]
    public void Open_VrtThatNamesAnotherFile_IsRefused()
    {
        _server.Answer = context => Whole(context, "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"><VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"u8.ToArray());
        Assert.Equal(ImageErrorKind.NotAnImage, Refused(_server.Url).Kind);
    }

    private static Task<bool> Redirect(HttpListenerContext context, string url)
    {
        context.Response.StatusCode = 302;
        context.Response.Headers["Location"] = url;
        context.Response.Close();
        return Task.FromResult(true);
    }

    private static async Task<bool> Whole(HttpListenerContext context, byte[] content)
    {
        context.Response.ContentLength64 = content.Length;
        await context.Response.OutputStream.WriteAsync(content);
        context.Response.Close();
        return true;
    }

    private ImageException Refused(string url) => Assert.Throws<ImageException>(() => _access.Open(url).Dispose());
}
