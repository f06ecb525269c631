namespace Swath.Imaging.Tests.Writing;

public sealed class TileDecoderTests
{
    [Fact]
    public void Decode_WhatIsNoImage_IsATypedError()
    {
        Assert.Equal(ImageErrorKind.NotAnImage, Assert.Throws<ImageException>(() => TileDecoder.Decode("hello"u8.ToArray())).Kind);
        Assert.Equal(ImageErrorKind.NotAnImage, Assert.Throws<ImageException>(() => TileDecoder.Decode(default)).Kind);
    }

    [Fact]
    public void Decode_CutShort_IsATypedErrorAtEveryLength()
    {
        var whole = new SampleTiff(64, 64, 3, 1).ToBytes();
        for (var length = 1; length < whole.Length; length += 997)
            Assert.Throws<ImageException>(() => TileDecoder.Decode(whole.AsMemory(0, length)));
    }
}
