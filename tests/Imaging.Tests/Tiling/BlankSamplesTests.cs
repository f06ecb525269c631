using Swath.Imaging.Reading;

namespace Swath.Imaging.Tests.Tiling;

public sealed class BlankSamplesTests
{
    [Theory]
    [InlineData(true, 1, 1, 0, new byte[] { 7, 7, 7, 7 })]
    [InlineData(false, 1, 1, 0, new byte[] { 7, 7, 7, 8 })]
    [InlineData(true, 2, 1, 0, new byte[] { 7, 7, 9, 9 })] // each band has a value of its own
    [InlineData(false, 2, 1, 0, new byte[] { 7, 9, 9, 9 })]
    [InlineData(true, 1, 2, 0, new byte[] { 1, 2, 1, 2 })] // 16 bits
    [InlineData(false, 1, 2, 0, new byte[] { 1, 2, 2, 1 })]
    [InlineData(true, 2, 1, 2, new byte[] { 7, 9, 0, 0 })] // transparent
    [InlineData(false, 2, 1, 2, new byte[] { 7, 9, 255, 255 })] // opaque
    [InlineData(true, 1, 1, 0, new byte[] { 7 })]
    public void Are_SamplesOfATile_AreBlankWhenEachBandHasOneValueOrAllIsTransparent(bool blank, int bands, int sampleBytes, int alpha, byte[] samples) =>
        Assert.Equal(blank, BlankSamples.Are(samples, bands, sampleBytes, band => band == alpha));
}
