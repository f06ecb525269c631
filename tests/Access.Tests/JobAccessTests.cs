using System.Diagnostics;
using System.Net.Sockets;
using Swath.Contracts;

namespace Swath.Access.Tests;

public sealed class JobAccessTests : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("swath-access-").FullName;
    private readonly string _root;
    private readonly string _outside;
    private readonly JobAccess _access;

    public JobAccessTests()
    {
        _root = Directory.CreateDirectory(Path.Combine(_base, "data")).FullName;
        _outside = Directory.CreateDirectory(Path.Combine(_base, "data-of-others")).FullName;
        _access = new JobAccess(new Grants { ImageRoots = [_root], OutputRoots = [_root], EndpointHosts = ["127.0.0.1:8080", "*"], OutputBuckets = ["results/ships/"], OutputStreams = ["a"] });
    }

    private string Image => Path.Combine(_root, "image.tif");

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Theory]
    [InlineData("new.geojson")]
    [InlineData("new/folder/new.geojson")]
    [InlineData("a/../new.geojson")]
    public void OutputFileProblem_NewFileInside_IsNone(string path)
    {
        Assert.Null(_access.OutputFileProblem(Path.Combine(_root, path), Image, out var resolved));
        Assert.StartsWith(_root, resolved, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/etc/passwd")]
    [InlineData("/root/.ssh/authorized_keys")]
    [InlineData("/proc/self/root/etc/passwd")]
    public void OutputFileProblem_SystemPath_LiesOutside(string path) =>
        Assert.Contains("OUTPUT_ROOTS", _access.OutputFileProblem(path, Image, out _), StringComparison.Ordinal);

    [Fact]
    public void OutputFileProblem_DeviceThatTheUserNamed_IsRefusedForWhatItIs() =>
        Assert.Contains("is a device", new JobAccess(new Grants { OutputRoots = ["/"] }).OutputFileProblem("/dev/null", Image, out _), StringComparison.Ordinal);

    [Fact]
    public void OutputFileProblem_FolderBesideWithTheSameBeginning_LiesOutside() =>
        Assert.Contains("lies outside", _access.OutputFileProblem(Path.Combine(_outside, "a.geojson"), Image, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("file:///data/a.geojson", "scheme")]
    [InlineData("s3://bucket/a.geojson", "scheme")]
    [InlineData("a.geojson", "absolute")]
    [InlineData("../a.geojson", "absolute")]
    public void OutputFileProblem_NoPathOfThisMachine_SaysWhatToWrite(string path, string named) =>
        Assert.Contains(named, _access.OutputFileProblem(path, Image, out _), StringComparison.Ordinal);

    [Fact]
    public void OutputFileProblem_LinksOutside_LieOutside()
    {
        Directory.CreateSymbolicLink(Path.Combine(_root, "way"), _outside);
        Directory.CreateSymbolicLink(Path.Combine(_root, "two"), Path.Combine(_root, "way"));
        File.CreateSymbolicLink(Path.Combine(_root, "file.geojson"), "../data-of-others/not-there-yet.geojson");

        foreach (var path in new[] { "way/a.geojson", "two/new/a.geojson", "file.geojson" })
            Assert.Contains("lies outside", _access.OutputFileProblem(Path.Combine(_root, path), Image, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void OutputFileProblem_LinkInside_IsTheFileThatItLeadsTo()
    {
        File.WriteAllText(Path.Combine(_root, "old.geojson"), "");
        File.CreateSymbolicLink(Path.Combine(_root, "link.geojson"), "old.geojson");

        Assert.Null(_access.OutputFileProblem(Path.Combine(_root, "link.geojson"), Image, out var resolved));

        Assert.Equal(Path.Combine(_root, "old.geojson"), resolved);
    }

    [Fact]
    public void OutputFileProblem_RootThatIsALink_HoldsWhatItLeadsTo()
    {
        var link = Path.Combine(_base, "link");
        Directory.CreateSymbolicLink(link, _root);
        var access = new JobAccess(new Grants { OutputRoots = [link] });

        Assert.Null(access.OutputFileProblem(Path.Combine(link, "a.geojson"), Image, out _));
        Assert.Null(access.OutputFileProblem(Path.Combine(_root, "a.geojson"), Image, out _));
    }

    [Fact]
    public void OutputFileProblem_LinksInACircle_SaysSo()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "a"), Path.Combine(_root, "b"));
        File.CreateSymbolicLink(Path.Combine(_root, "b"), Path.Combine(_root, "a"));

        Assert.Contains("circle", _access.OutputFileProblem(Path.Combine(_root, "a", "x.geojson"), Image, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void OutputFileProblem_TheImageUnderAnyName_IsRefused()
    {
        File.WriteAllText(Image, "image");
        File.CreateSymbolicLink(Path.Combine(_root, "soft"), Image);
        using (var ln = Process.Start("ln", [Image, Path.Combine(_root, "hard")]))
            ln.WaitForExit();

        foreach (var path in new[] { "image.tif", "./image.tif", "x/../image.tif", "soft", "hard" })
        {
            Assert.Contains("is the image itself", _access.OutputFileProblem(Path.Join(_root, path), Image, out _), StringComparison.Ordinal);
            Assert.Contains("is the image itself", _access.OutputFileProblem(Path.Join(_root, path), $"file://{Image}", out _), StringComparison.Ordinal);
        }

        Assert.Contains("is the image itself", _access.OutputFileProblem(Image, Path.Combine(_root, "soft"), out _), StringComparison.Ordinal);
    }

    [Fact]
    public void OutputFileProblem_NoRegularFile_IsNamed()
    {
        using (var make = Process.Start("mkfifo", [Path.Combine(_root, "pipe")]))
            make.WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_root, "socket")));

        Assert.Contains("is a pipe", _access.OutputFileProblem(Path.Combine(_root, "pipe"), Image, out _), StringComparison.Ordinal);
        Assert.Contains("is a socket", _access.OutputFileProblem(Path.Combine(_root, "socket"), Image, out _), StringComparison.Ordinal);
        Assert.Contains("is a folder", _access.OutputFileProblem(_root, Image, out _), StringComparison.Ordinal);
        Assert.Contains("is a folder", _access.OutputFileProblem(Path.Combine(_root, "x") + "/", Image, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void ImageFileProblem_LinkOutside_LiesOutsideWhetherItIsThereOrNot()
    {
        File.WriteAllText(Path.Combine(_outside, "there.tif"), "");
        foreach (var name in new[] { "there.tif", "missing.tif" })
        {
            File.CreateSymbolicLink(Path.Combine(_root, name), Path.Combine(_outside, name));
            Assert.Contains("IMAGE_ROOTS", _access.ImageFileProblem(Path.Combine(_root, name), out _), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/invocations", null)]
    [InlineData("http://models.example.com:99/invocations", null)]
    [InlineData("http://127.0.0.1:5432/", "name the address itself")]
    [InlineData("http://10.0.0.1/", "name the address itself")]
    [InlineData("http://[fe80::1]/", "name the address itself")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "metadata")]
    [InlineData("http://[::ffff:169.254.169.254]/", "metadata")]
    public void EndpointProblem_Address_IsPublicOrNamedItself(string address, string? named)
    {
        var problem = _access.EndpointProblem(new Uri(address), out _);

        if (named is null)
            Assert.Null(problem);
        else
            Assert.Contains(named, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("results", "ships/a.geojson", true)]
    [InlineData("results", "shipsandmore/a.geojson", false)]
    [InlineData("results", "a.geojson", false)]
    [InlineData("results2", "ships/a.geojson", false)]
    public void OutputObjectProblem_Prefix_IsAFolder(string bucket, string key, bool permitted) =>
        Assert.Equal(permitted, _access.OutputObjectProblem(bucket, key, Image) is null);

    [Fact]
    public void OutputObjectProblem_TheImage_IsRefused() =>
        Assert.Contains("the image itself", _access.OutputObjectProblem("results", "ships/a.geojson", "s3://results/ships/a.geojson"), StringComparison.Ordinal);

    [Fact]
    public void OutputStreamProblem_OtherStream_IsRefused()
    {
        Assert.Null(_access.OutputStreamProblem("a"));
        Assert.Contains("OUTPUT_STREAMS", _access.OutputStreamProblem("b"), StringComparison.Ordinal);
    }
}
