namespace Swath.Imaging.Tests.Writing;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_Picture_DecodesToItsPixels(int bands)
    {
        var pixels = new byte[201 * 77 * bands];
        new Random(5).NextBytes(pixels);
        using var file = new MemoryStream();
        PngWriter.Write(file, pixels, 201, 77, bands);
        var decoded = TileDecoder.Decode(file.ToArray());
        Assert.Equal((201, 77, bands, "Byte"), (decoded.Width, decoded.Height, decoded.Bands, decoded.SampleType));
        for (var i = 0; i < pixels.Length; i++)
            Assert.Equal(pixels[i], decoded.Pixels[(i % bands * 201 * 77) + (i / bands)]);
    }

    [Fact]
    public void Write_WrongNumberOfBytes_IsRefused() =>
        Assert.Throws<ArgumentException>(() => PngWriter.Write(new MemoryStream(), new byte[10], 2, 2, 3));
}
