using Swath.Contracts;
using Swath.Imaging.Encoding;
using Swath.Imaging.Opening;
using Swath.Testing;

namespace Swath.Imaging.Tests.Opening;

public sealed class OriginTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Header_RealNitf_TellsCategoryNameAndDate()
    {
        using var image = ImageFile.Open(ImageryFolder.Require("wpafb-20091021-vis-r2.ntf"), ImagingLimits.Default);
        Assert.Equal(
            new SourceMetadata { Format = "NITF", Category = "VIS", Id = "Default Image Identifier2", Date = new DateTimeOffset(2009, 10, 21, 20, 38, 50, TimeSpan.Zero) },
            image.Header.Source);
    }

    [Fact]
    public void Header_Tiff_TellsDocumentNameAndDate()
    {
        const ushort documentName = 269, dateTime = 306;
        var sample = new SampleTiff(8, 8, 1, 1) { Extra = [Ascii(documentName, "scene\u0007 7"), Ascii(dateTime, "2026:11:21 06:02:03")] };
        using var image = ImageFile.Open(_folder.Write("a.tif", sample.ToBytes()), ImagingLimits.Default);
        Assert.Equal(
            new SourceMetadata { Format = "GTiff", Id = "scene 7", Date = new DateTimeOffset(2026, 11, 21, 6, 2, 3, TimeSpan.Zero) }, image.Header.Source);
    }

    [Theory]
    [InlineData("20091021203850", "2009-10-21T20:38:50")]
    [InlineData("20091021------", "2009-10-21T00:00:00")]
    [InlineData("21203850ZOCT09", "2009-10-21T20:38:50")]
    [InlineData("--------------", null)]
    [InlineData("20091321203850", null)]
    [InlineData("2009", null)]
    [InlineData(null, null)]
    public void NitfDate_Field_IsReadWhereItIsOne(string? field, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected + "Z"), Origin.NitfDate(field));

    private static TiffTag Ascii(ushort id, string text)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text + "\0");
        return new TiffTag(id, TiffTag.Ascii, (uint)bytes.Length, bytes);
    }
}
