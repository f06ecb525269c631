using Swath.Imaging.Tests.Hostile;

namespace Swath.Imaging.Tests.Opening;

/// <summary>An image that is in order and still can't be read is told so, with what of it is the matter.</summary>
public sealed class RefusalReasonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RefusalReasonTests() => GdalRuntime.Initialize();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("raw.j2k")]
    [InlineData("boxes.jp2")]
    [InlineData("segment.ntf")]
    public void Open_Jpeg2000WithSubsampledComponents_NamesThem(string kind)
    {
        Skip.IfNot(GdalRuntime.HasDriver("JP2OpenJPEG"), "GDAL has no JPEG 2000 here.");
        var content = LyingJpeg2000.Sound(_folder).ToList().Single(image => image.Name == kind).Content;

        // The second component has a sample for two columns and one row: a step of YCbCr 4:2:2 that only it has.
        var siz = content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]);
        content[siz + 42 + 3 + 1] = 2;

        var refused = Assert.Throws<ImageException>(() => ImageFile.Open(_folder.Write(kind, content), ImagingLimits.Default));

        Assert.Equal(ImageErrorKind.NotAnImage, refused.Kind);
        Assert.Contains("subsampling 1x1, 2x1, 1x1", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("supported file format", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("NITF_OPEN_UNDERLYING_DS", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>GDAL opens these and finds at the first tile that it can't decode any.</summary>
    [Theory]
    [InlineData("I1", "downsampled JPEG")]
    [InlineData("C5", "lossless JPEG")]
    [InlineData("C7", "reserved")]
    [InlineData("M8", "JPEG 2000 with a mask")]
    [InlineData("XX", "not in the standard")]
    public void Open_NitfOfACompressionThatCannotBeDecoded_NamesIt(string code, string name)
    {
        var content = File.ReadAllBytes(GdalCopy.Make(GdalCopy.Picture(_folder, 200, 100), _folder.File("sound.ntf"), "NITF", "IC=C3"));
        System.Text.Encoding.ASCII.GetBytes(code).CopyTo(content.AsSpan(content.AsSpan().IndexOf("C3"u8)));

        var refused = Assert.Throws<ImageException>(() => ImageFile.Open(_folder.Write("odd.ntf", content), ImagingLimits.Default));

        Assert.Equal(ImageErrorKind.NotAnImage, refused.Kind);
        Assert.Contains($"compressed as {code} ({name})", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("GDAL gave no reason", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoImageAtAll_SaysSo()
    {
        var refused = Assert.Throws<ImageException>(() => ImageFile.Open(_folder.Write("text.tif", "Good morning."u8), ImagingLimits.Default));

        Assert.Contains("not a readable TIFF", refused.Message, StringComparison.Ordinal);
    }
}
