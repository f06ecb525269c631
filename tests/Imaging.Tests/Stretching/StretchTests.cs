using Swath.Contracts;
using Swath.Imaging.Encoding;

namespace Swath.Imaging.Tests.Stretching;

public sealed class StretchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_StretchedBetweenLeastAndGreatest_IsLinearPerBand()
    {
        var sample = new SampleTiff(200, 100, 3, 2);
        using var image = Open(sample);
        using var plain = Open(sample);
        var stretch = ImageStatistics.StretchOf(image, RangeAdjustment.MinMax);
        image.Apply(stretch);
        Assert.Equal(("Byte", 1), (image.Header.SampleType, image.BytesPerSample));

        var window = new PixelWindow(30, 20, 70, 40);
        foreach (var order in Enum.GetValues<SampleOrder>())
        {
            var bytes = new byte[image.BytesOf(window)];
            image.Read(window, bytes, order);
            var words = new byte[plain.BytesOf(window)];
            plain.Read(window, words, order);
            for (var i = 0; i < bytes.Length; i++)
            {
                var band = order == SampleOrder.PixelInterleaved ? i % 3 : i / (70 * 40);
                var expected = (BitConverter.ToUInt16(words, 2 * i) - stretch!.Low[band]) / (stretch.High[band] - stretch.Low[band]) * 255;
                Assert.Equal(expected, bytes[i], 0.5001);
            }
        }
    }

    [Fact]
    public void StretchOf_WholeImage_FindsItsEnds()
    {
        // 0, 1, 2, ... 19 999: the percentiles are known.
        var sample = new SampleTiff(200, 100, 1, 2);
        var file = sample.ToBytes();
        for (var i = 0; i < 20_000; i++)
            BitConverter.TryWriteBytes(file.AsSpan(file.Length - 40_000 + (2 * i)), (ushort)i);
        using var image = ImageFile.Open(_folder.Write("ramp.tif", file), ImagingLimits.Default);

        var range = ImageStatistics.StretchOf(image, RangeAdjustment.MinMax)!;
        var percentile = ImageStatistics.StretchOf(image, RangeAdjustment.Percentile)!;

        Assert.Equal((0, 19_999), (range.Low[0], range.High[0]));
        Assert.InRange(percentile.Low[0], 399, 401);
        Assert.InRange(percentile.High[0], 19_598, 19_600);
        Assert.Null(ImageStatistics.StretchOf(image, RangeAdjustment.None));
    }

    [Fact]
    public void Read_NoDataAndWhatIsNoNumber_IsZeroAndSamplesAreNot()
    {
        var sample = new SampleTiff(4, 1, 1, 4, 3) { Extra = [new TiffTag(TiffDirectory.GdalNoData, TiffTag.Ascii, 5, "-999\0"u8.ToArray())] };
        var file = sample.ToBytes();
        foreach (var (value, i) in new[] { -999f, float.NaN, 10f, 20f }.Select((value, i) => (value, i)))
            BitConverter.TryWriteBytes(file.AsSpan(file.Length - 16 + (4 * i)), value);
        using var image = ImageFile.Open(_folder.Write("nodata.tif", file), ImagingLimits.Default);
        image.Apply(ImageStatistics.StretchOf(image, RangeAdjustment.MinMax));
        var bytes = new byte[4];

        image.Read(image.Bounds, bytes);

        Assert.Equal(new byte[] { 0, 0, 1, 255 }, bytes);
    }

    [Fact]
    public void Encode_SixteenBitsAsJpeg_NeedsTheStretch()
    {
        using var image = Open(new SampleTiff(64, 64, 3, 2));
        var tile = new TileOptions { Format = TileFormat.Jpeg };
        Assert.Equal(ImageErrorKind.InvalidRequest, Assert.Throws<ImageException>(() => TileEncoder.EnsureSupported(tile, image.Header)).Kind);
        TileEncoder.EnsureSupported(tile with { Range = RangeAdjustment.Percentile }, image.Header);

        image.Apply(ImageStatistics.StretchOf(image, RangeAdjustment.Percentile));
        foreach (var (format, compression) in new[]
                 {
                     (TileFormat.Jpeg, TileCompression.None), (TileFormat.Png, TileCompression.None), (TileFormat.Gtiff, TileCompression.None),
                     (TileFormat.Gtiff, TileCompression.Lzw), (TileFormat.Nitf, TileCompression.None),
                 })
        {
            using var encoder = new TileEncoder(format, compression);
            using var encoded = encoder.Encode(image, new(8, 8, 32, 32));
            var decoded = TileDecoder.Decode(encoded.Payload);
            Assert.Equal((32, 32, 3, "Byte"), (decoded.Width, decoded.Height, decoded.Bands, decoded.SampleType));
        }
    }

    [Fact]
    public void EnsureSupported_ComplexSamples_CannotBeStretched()
    {
        using var image = Open(new SampleTiff(8, 8, 1, 8, 6));
        var refused = Assert.Throws<ImageException>(() => TileEncoder.EnsureSupported(new TileOptions { Range = RangeAdjustment.MinMax }, image.Header));
        Assert.Equal(ImageErrorKind.InvalidRequest, refused.Kind);
    }

    [Theory]
    [InlineData(2000, 2000)]
    [InlineData(100_000, 100_000)]
    [InlineData(1, 2_000_000_000)]
    [InlineData(2_000_000_000, 1)]
    [InlineData(30, 200_000)]
    public void Windows_AnyImage_LieInsideItAndCostLittle(int width, int height)
    {
        var image = new PixelWindow(0, 0, width, height);
        var windows = ImageStatistics.Windows(image, 6).ToList();
        Assert.All(windows, window => Assert.True(window.X >= 0 && window.Y >= 0 && window.Right <= width && window.Bottom <= height && window.Width > 0 && window.Height > 0));
        Assert.InRange(windows.Sum(window => (long)window.Width * window.Height), 1, 4_000_000);
        Assert.Contains(windows, window => window.X == 0 && window.Y == 0);
        Assert.Contains(windows, window => window.Right == width && window.Bottom == height);
    }

    private ImageFile Open(SampleTiff sample) => ImageFile.Open(_folder.Write("sample.tif", sample.ToBytes()), ImagingLimits.Default);
}
