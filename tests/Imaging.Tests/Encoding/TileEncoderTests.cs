using Swath.Contracts;
using Swath.Testing;

namespace Swath.Imaging.Tests.Encoding;

public sealed class TileEncoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, TileFormat, TileCompression> LosslessTiles()
    {
        var data = new TheoryData<string, TileFormat, TileCompression>();
        foreach (var file in new[] { "landsat7-bahamas-rgb.tif", "cogeo.tif", "wpafb-20091021-vis-r2.ntf", "autzen-utm10.ntf", "jitc-1024-j2k.ntf" })
        {
            data.Add(file, TileFormat.Gtiff, TileCompression.None);
            data.Add(file, TileFormat.Gtiff, TileCompression.Lzw);
            data.Add(file, TileFormat.Png, TileCompression.None);
            data.Add(file, TileFormat.Nitf, TileCompression.None);
            data.Add(file, TileFormat.Nitf, TileCompression.J2k);
        }

        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(LosslessTiles))]
    public async Task Encode_RealImage_IsTheSamePixelsAndPlaceForGdal(string file, TileFormat format, TileCompression compression)
    {
        Skip.If(compression == TileCompression.J2k && !GdalRuntime.HasDriver("JP2OpenJPEG"), "This GDAL has no JP2OpenJPEG.");
        var path = ImageryFolder.Require(file);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var window = new PixelWindow((image.Header.Width / 2) - 100, (image.Header.Height / 2) - 60, 200, 120);
        using var encoder = new TileEncoder(format, compression);
        using var tile = encoder.Encode(image, window);

        var expected = await GdalOracle.DescribeAsync(path, window);
        var written = await GdalOracle.DescribeAsync(_folder.Write("tile", tile.Payload.Span));
        Assert.Equal((200, 120, expected.Bands, expected.SampleType), (written.Width, written.Height, written.Bands, written.SampleType));
        Assert.Equal(expected.Sha256, written.Sha256);
        if (format == TileFormat.Gtiff && image.Header.Georeferencing == Georeferencing.Affine)
        {
            Assert.Equal(expected.Projection, written.Projection);
            Assert.Equal(expected.NoData, written.NoData);
            AssertMoved(expected.Transform, written.Transform, window);
        }
    }

    [SkippableTheory]
    [InlineData(TileFormat.Gtiff, TileCompression.None, 1e-6)]
    [InlineData(TileFormat.Gtiff, TileCompression.Lzw, 1e-6)]

    // Four corners of a millionth of a degree; between them a reader has straight lines, which at 300 m a pixel is not the same.
    [InlineData(TileFormat.Nitf, TileCompression.None, 0.25)]
    public void Encode_RealImage_PlacesItsPixelsAsTheImageDoes(TileFormat format, TileCompression compression, double pixels)
    {
        foreach (var file in new[] { "landsat7-bahamas-rgb.tif", "cogeo.tif", "wpafb-20091021-vis-r2.ntf", "autzen-utm10.ntf" })
        {
            using var image = ImageFile.Open(ImageryFolder.Require(file), ImagingLimits.Default);
            AssertSamePlaces(image, format, compression, new PixelWindow(300, 200, 256, 128), pixels);
        }
    }

    [Fact]
    public void Encode_RotatedControlPointsAndPolynomials_KeepTheirPlaces()
    {
        foreach (var extra in new[] { SampleTiff.RotatedUtm18, SampleTiff.ControlPoints(300, 200), SampleTiff.Polynomials(300, 200) })
        {
            var path = _folder.Write("placed.tif", new SampleTiff(300, 200, 1, 2) { Extra = extra }.ToBytes());
            using var image = ImageFile.Open(path, ImagingLimits.Default);
            Assert.NotEqual(Georeferencing.None, image.Header.Georeferencing);
            AssertSamePlaces(image, TileFormat.Gtiff, TileCompression.None, new PixelWindow(120, 30, 100, 90), 0.01);
            AssertSamePlaces(image, TileFormat.Gtiff, TileCompression.Lzw, new PixelWindow(120, 30, 100, 90), 0.01);
        }
    }

    [SkippableTheory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(4, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(5, 2, 2)]
    [InlineData(1, 4, 1)]
    [InlineData(2, 4, 2)]
    [InlineData(3, 4, 3)]
    [InlineData(1, 8, 3)]
    [InlineData(2, 8, 6)]
    [InlineData(1, 4, 5)]
    public async Task Encode_AnySamplesAsGeoTiff_AreTheSameForGdal(int bands, int bytes, ushort format)
    {
        var path = _folder.Write("samples.tif", new SampleTiff(90, 70, bands, bytes, format) { Extra = SampleTiff.Utm18 }.ToBytes());
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var window = new PixelWindow(11, 13, 61, 47);
        var expected = await GdalOracle.DescribeAsync(path, window);
        foreach (var compression in new[] { TileCompression.None, TileCompression.Lzw })
        {
            using var encoder = new TileEncoder(TileFormat.Gtiff, compression);
            using var tile = encoder.Encode(image, window);
            var written = await GdalOracle.DescribeAsync(_folder.Write("tile.tif", tile.Payload.Span));
            Assert.Equal((bands, expected.SampleType, expected.Sha256), (written.Bands, written.SampleType, written.Sha256));
            AssertMoved(expected.Transform, written.Transform, window);
        }
    }

    [SkippableTheory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    public async Task Encode_Png_IsTheSamePixelsForGdal(int bands, int bytes)
    {
        var path = _folder.Write("samples.tif", new SampleTiff(90, 70, bands, bytes).ToBytes());
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var window = new PixelWindow(11, 13, 61, 47);
        using var encoder = new TileEncoder(TileFormat.Png, TileCompression.None);
        using var tile = encoder.Encode(image, window);
        Assert.Equal("image/png", tile.ContentType);
        var expected = await GdalOracle.DescribeAsync(path, window);
        var written = await GdalOracle.DescribeAsync(_folder.Write("tile.png", tile.Payload.Span));
        Assert.Equal(("PNG", bands, expected.SampleType, expected.Sha256), (written.Driver, written.Bands, written.SampleType, written.Sha256));
    }

    [SkippableFact]
    public async Task Encode_Jpeg_IsCloseToThePixels()
    {
        using var image = ImageFile.Open(ImageryFolder.Require("cogeo.tif"), ImagingLimits.Default);
        var window = new PixelWindow(500, 500, 256, 256);
        using var encoder = new TileEncoder(TileFormat.Jpeg, TileCompression.None);
        using var tile = encoder.Encode(image, window);
        var pixels = new byte[image.BytesOf(window)];
        image.Read(window, pixels);
        var decoded = TileDecoder.Decode(tile.Payload);
        Assert.InRange(pixels.Zip(decoded.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0.01, 4);
        Assert.Equal("JPEG", (await GdalOracle.DescribeAsync(_folder.Write("tile.jpg", tile.Payload.Span))).Driver);
    }

    [Fact]
    public void Encode_WithoutGeoreferencing_WorksInEveryFormat()
    {
        using var image = ImageFile.Open(_folder.Write("nowhere.tif", new SampleTiff(64, 64, 3, 1).ToBytes()), ImagingLimits.Default);
        foreach (var format in Enum.GetValues<TileFormat>())
        {
            using var encoder = new TileEncoder(format, TileCompression.None);
            using var tile = encoder.Encode(image, new(8, 8, 32, 48));
            var decoded = TileDecoder.Decode(tile.Payload);
            Assert.Equal((32, 48, 3), (decoded.Width, decoded.Height, decoded.Bands));
        }
    }

    [Theory]
    [InlineData(1, 4, 3, TileFormat.Png, TileCompression.None)]
    [InlineData(1, 2, 2, TileFormat.Png, TileCompression.None)]
    [InlineData(5, 1, 1, TileFormat.Png, TileCompression.None)]
    [InlineData(1, 2, 1, TileFormat.Jpeg, TileCompression.None)]
    [InlineData(2, 1, 1, TileFormat.Jpeg, TileCompression.None)]
    [InlineData(1, 2, 1, TileFormat.Gtiff, TileCompression.Jpeg)]
    [InlineData(1, 4, 3, TileFormat.Nitf, TileCompression.J2k)]
    public void EnsureSupported_SamplesThatTheFormatCannotHold_SaysWhatWouldDo(int bands, int bytes, ushort samples, TileFormat format, TileCompression compression)
    {
        using var image = ImageFile.Open(_folder.Write("odd.tif", new SampleTiff(8, 8, bands, bytes, samples).ToBytes()), ImagingLimits.Default);
        var refused = Assert.Throws<ImageException>(() => TileEncoder.EnsureSupported(format, compression, image.Header));
        Assert.Equal(ImageErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains("ask for", refused.Message, StringComparison.Ordinal);
        using var encoder = new TileEncoder(format, compression);
        Assert.Equal(ImageErrorKind.InvalidRequest, Assert.Throws<ImageException>(() => encoder.Encode(image, image.Bounds)).Kind);
    }

    [Theory]
    [InlineData(TileFormat.Png, TileCompression.Lzw)]
    [InlineData(TileFormat.Png, TileCompression.Jpeg)]
    [InlineData(TileFormat.Gtiff, TileCompression.J2k)]
    [InlineData(TileFormat.Nitf, TileCompression.Lzw)]
    [InlineData(TileFormat.Jpeg, TileCompression.J2k)]
    public void Constructor_CompressionThatTheFormatLacks_IsRefused(TileFormat format, TileCompression compression) =>
        Assert.Equal(ImageErrorKind.InvalidRequest, Assert.Throws<ImageException>(() => new TileEncoder(format, compression).Dispose()).Kind);

    [SkippableFact]
    public void Encode_CorruptBlock_IsATypedReadErrorInEveryFormat()
    {
        using var image = ImageFile.Open(ImageryFolder.Require("corrupt.tif"), ImagingLimits.Default);
        foreach (var format in Enum.GetValues<TileFormat>())
        {
            using var encoder = new TileEncoder(format, TileCompression.None);
            Assert.Equal(ImageErrorKind.ReadFailed, Assert.Throws<ImageException>(() => encoder.Encode(image, new(600, 600, 64, 64))).Kind);
            encoder.Encode(image, new(0, 0, 64, 64)).Dispose();
        }
    }

    [Fact]
    public void Payload_AfterDispose_IsNotHandedOut()
    {
        using var image = ImageFile.Open(_folder.Write("small.tif", new SampleTiff(8, 8, 1, 1).ToBytes()), ImagingLimits.Default);
        using var encoder = new TileEncoder(TileFormat.Gtiff, TileCompression.None);
        var tile = encoder.Encode(image, image.Bounds);
        tile.Dispose();
        tile.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tile.Payload);
    }

    private void AssertSamePlaces(ImageFile image, TileFormat format, TileCompression compression, PixelWindow window, double pixels)
    {
        using var encoder = new TileEncoder(format, compression);
        using var tile = encoder.Encode(image, window);
        using var chip = ImageFile.Open(_folder.Write("chip", tile.Payload.Span), ImagingLimits.Default);
        using var whole = ImageLocator.For(image)!;
        using var part = ImageLocator.For(chip)!;
        Assert.NotNull(part);
        foreach (var (x, y) in new[] { (0.5, 0.5), (window.Width - 0.5, 0.5), (window.Width / 2.0, window.Height / 3.0), (0.5, window.Height - 0.5) })
        {
            Assert.True(part.TryLocate(x, y, out var longitude, out var latitude));
            Assert.True(whole.TryToPixel(longitude, latitude, out var wholeX, out var wholeY));
            Assert.Equal(window.X + x, wholeX, pixels);
            Assert.Equal(window.Y + y, wholeY, pixels);
        }
    }

    private static void AssertMoved(double[] image, double[] tile, PixelWindow window)
    {
        Assert.Equal(image[0] + (window.X * image[1]) + (window.Y * image[2]), tile[0], 1e-8);
        Assert.Equal(image[3] + (window.X * image[4]) + (window.Y * image[5]), tile[3], 1e-8);
        foreach (var i in new[] { 1, 2, 4, 5 })
            Assert.Equal(image[i], tile[i], 1e-12);
    }
}
