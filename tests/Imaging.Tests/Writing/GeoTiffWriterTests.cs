namespace Swath.Imaging.Tests.Writing;

public sealed class GeoTiffWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task WriteBlockRow_AllRows_IsTheSameImageForGdal(int bands)
    {
        var layout = new GeoTiffLayout(300, 210, bands, 32618, 500_000, 4_000_000, 0.5, BlockSize: 128);
        var pixels = new byte[300 * 210 * bands];
        new Random(3).NextBytes(pixels);
        var path = _folder.File("scene.tif");
        using (var writer = GeoTiffWriter.Create(path, layout))
        {
            while (writer.RowsInNext > 0)
                writer.WriteBlockRow(pixels.AsSpan(writer.NextRow * 300 * bands, writer.RowsInNext * 300 * bands));
        }

        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var read = new byte[pixels.Length];
        image.Read(image.Bounds, read, SampleOrder.PixelInterleaved);
        Assert.Equal(pixels, read);

        var seen = await GdalOracle.DescribeAsync(path);
        Assert.Equal((300, 210, bands, "Byte"), (seen.Width, seen.Height, seen.Bands, seen.SampleType));
        Assert.Equal([500_000, 0.5, 0, 4_000_000, 0, -0.5], seen.Transform);
        Assert.Contains("WGS 84 / UTM zone 18N", seen.Projection, StringComparison.Ordinal);
        Assert.Equal(bands == 3 ? ["Red", "Green", "Blue"] : ["Gray"], seen.Colors);
    }

    [Fact]
    public void Constructor_MoreThanFourGigabytes_WritesABigTiff()
    {
        using var target = new MemoryStream();
        using var writer = new GeoTiffWriter(target, new(70_000, 70_000, 1, 32618, 0, 0, 1, 1024), leaveOpen: true);
        Assert.Equal("II+\0"u8, target.ToArray().AsSpan(0, 4));
    }

    [Fact]
    public void WriteBlockRow_WrongLengthOrTooMany_IsRefused()
    {
        using var writer = new GeoTiffWriter(new MemoryStream(), new(16, 16, 1, 32618, 0, 0, 1, 16));
        Assert.Throws<ArgumentException>(() => writer.WriteBlockRow(new byte[255]));
        writer.WriteBlockRow(new byte[256]);
        Assert.Throws<InvalidOperationException>(() => writer.WriteBlockRow([]));
    }

    [Theory]
    [InlineData(0, 1, 32618, 1, 16)]
    [InlineData(16, 2, 32618, 1, 16)]
    [InlineData(16, 1, 70_000, 1, 16)]
    [InlineData(16, 1, 32618, 0, 16)]
    [InlineData(16, 1, 32618, 1, 17)]
    public void Constructor_ImpossibleLayout_IsRefused(int width, int bands, int epsg, double pixelSize, int block) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GeoTiffWriter(new MemoryStream(), new(width, 16, bands, epsg, 0, 0, pixelSize, block)));
}
