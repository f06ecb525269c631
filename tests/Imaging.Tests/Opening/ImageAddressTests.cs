using Swath.Imaging.Opening;

namespace Swath.Imaging.Tests.Opening;

public sealed class ImageAddressTests
{
    [Theory]
    [InlineData("s3://bucket/folder/image.tif", "/vsis3/bucket/folder/image.tif")]
    [InlineData("S3://bucket/a b.ntf", "/vsis3/bucket/a b.ntf")]
    [InlineData("https://host.example/images/a.tif?signature=1", "/vsicurl/https://host.example/images/a.tif?signature=1")]
    public void Resolve_NetworkAddress_IsMappedToGdals(string address, string expected) =>
        Assert.Equal(expected, ImageAddress.Resolve(address));

    [Fact]
    public void Resolve_RelativePath_IsMadeFull()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.tif", [1]);
        Assert.Equal(path, ImageAddress.Resolve(Path.GetRelativePath(Environment.CurrentDirectory, path)));
        Assert.Equal(path, ImageAddress.Resolve("file://" + path));
    }
}
