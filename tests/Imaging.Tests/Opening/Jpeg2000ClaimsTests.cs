using Swath.Contracts;
using Swath.Imaging.Tests.Hostile;

namespace Swath.Imaging.Tests.Opening;

public sealed class Jpeg2000ClaimsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Jpeg2000ClaimsTests() => GdalRuntime.Initialize();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Open_SoundFiles_AreRead()
    {
        RequireDriver();
        foreach (var (name, content) in LyingJpeg2000.Sound(_folder).ToList())
        {
            using var image = ImageFile.Open(_folder.Write(name, content), ImagingLimits.Default);
            image.Read(image.Bounds, new byte[image.BytesOf(image.Bounds)]);
        }
    }

    /// <summary>Pictures of one colour take next to nothing: they are small, not lying.</summary>
    [SkippableTheory]
    [InlineData(4096, "BLOCKXSIZE=256", "BLOCKYSIZE=256")]
    [InlineData(4096, "BLOCKXSIZE=4096", "BLOCKYSIZE=4096")]
    [InlineData(3000, "BLOCKXSIZE=1000", "BLOCKYSIZE=1000")]
    public void Open_PictureOfOneColour_IsRead(int side, params string[] blocks)
    {
        RequireDriver();
        var blank = _folder.File("blank.tif");
        using (var writer = GeoTiffWriter.Create(blank, new GeoTiffLayout(side, side, 3, 32618, 500_000, 4_000_000, 10)))
        {
            while (writer.RowsInNext > 0)
                writer.WriteBlockRow(new byte[writer.RowsInNext * side * 3]);
        }

        using var image = ImageFile.Open(GdalCopy.Make(blank, _folder.File("blank.jp2"), "JP2OpenJPEG", blocks), ImagingLimits.Default);
        var corner = new PixelWindow(side - 64, side - 64, 64, 64);
        image.Read(corner, new byte[image.BytesOf(corner)]);
    }

    [SkippableFact]
    public void Open_DecoderThatNeedsMoreThanAllowed_NamesTheLimit()
    {
        RequireDriver();
        foreach (var (name, content) in LyingJpeg2000.Sound(_folder).ToList())
        {
            var refused = Assert.Throws<ImageException>(() => ImageFile.Open(_folder.Write(name, content), ImagingLimits.Default with { MaxJpeg2000Bytes = 1 << 20 }));

            Assert.Equal(ImageErrorKind.TooLarge, refused.Kind);
            Assert.Contains(nameof(ImagingLimits.MaxJpeg2000Bytes), refused.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Open_JP2WithoutACodeStream_IsDamaged()
    {
        RequireDriver();
        var (_, content) = LyingJpeg2000.Sound(_folder).ToList().Single(image => image.Name.EndsWith(".jp2", StringComparison.Ordinal));
        var at = content.AsSpan().IndexOf("jp2c"u8);

        var refused = Assert.Throws<ImageException>(() => ImageFile.Open(_folder.Write("headless.jp2", content.AsSpan(0, at - 4)), ImagingLimits.Default));

        Assert.Equal(ImageErrorKind.NotAnImage, refused.Kind);
        Assert.Contains("no code stream", refused.Message, StringComparison.Ordinal);
    }

    private static void RequireDriver() => Skip.IfNot(GdalRuntime.HasDriver("JP2OpenJPEG"), "GDAL has no JPEG 2000 here.");
}
