using Swath.Imaging.Opening;

namespace Swath.Imaging.Tests.Opening;

public sealed class ImageAddressTests
{
    [Theory]
    [InlineData("s3://bucket/folder/image.tif", "bucket", "folder/image.tif")]
    [InlineData("S3://bucket/a b.ntf", "bucket", "a b.ntf")]
    public void Parse_S3Address_HasBucketAndKey(string address, string bucket, string key) =>
        Assert.Equal(new ImageAddress.S3(bucket, key), ImageAddress.Parse(address));

    [Theory]
    [InlineData("s3://bucket/../other/image.tif")]
    [InlineData("s3://bucket/folder/./image.tif")]
    public void Parse_S3KeyThatLeadsElsewhere_IsRefused(string address) =>
        Assert.Equal(ImageErrorKind.ForbiddenPath, Assert.Throws<ImageException>(() => ImageAddress.Parse(address)).Kind);

    [Fact]
    public void Parse_WebAddress_KeepsItsQuery() => Assert.Equal(
        new ImageAddress.Web(new Uri("https://host.example/images/a.tif?signature=1")), ImageAddress.Parse("https://host.example/images/a.tif?signature=1"));

    [Fact]
    public void Parse_RelativePath_IsMadeFull()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.tif", [1]);
        Assert.Equal(new ImageAddress.Local(path), ImageAddress.Parse(Path.GetRelativePath(Environment.CurrentDirectory, path)));
        Assert.Equal(new ImageAddress.Local(path), ImageAddress.Parse("file://" + path));
    }
}
