namespace Swath.Imaging.Tests.Opening;

/// <summary>JPEG files that are odd where no pixel is: whatever GDAL reads with a warning is read, with the same pixels.</summary>
public sealed class StrayBytesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _sound;

    public StrayBytesTests()
    {
        _sound = File.ReadAllBytes(GdalCopy.Make(GdalCopy.Picture(_folder, 200, 150), _folder.File("sound.jpg"), "JPEG"));
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, byte[]> Oddities => new()
    {
        { "stray bytes before a marker", [0x00, 0x13, 0x37] },
        { "fill bytes before a marker", [0xFF, 0xFF, 0xFF] },
        { "an Adobe segment with a transform that nobody knows", [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 9] },
        { "a JFIF segment of a release to come", [0xFF, 0xE0, 0, 16, .. "JFIF"u8, 0, 9, 9, 1, 0, 72, 0, 72, 0, 0] },
        { "an application segment of nothing", [0xFF, 0xE5, 0, 2] },
        { "an EXIF segment that is cut short", [0xFF, 0xE1, 0, 10, .. "Exif"u8, 0, 0, 0x4D, 0x4D] },
    };

    [SkippableTheory]
    [MemberData(nameof(Oddities))]
    public async Task Read_OddHeader_GivesThePixelsThatGdalSees(string what, byte[] stray)
    {
        // Behind the start of the image (FF D8) and the JFIF segment of 18 bytes.
        var path = _folder.Write("odd.jpg", [.. _sound.AsSpan(0, 20), .. stray, .. _sound.AsSpan(20)]);
        var expected = await GdalOracle.DescribeAsync(path);

        Assert.True(expected.Sha256 == Sha256(path), what);
    }

    [Fact]
    public void Read_OddHeaderAndCut_IsNotTakenForWhole()
    {
        byte[] odd = [.. _sound.AsSpan(0, 20), 0x00, 0x13, 0x37, .. _sound.AsSpan(20)];
        var path = _folder.Write("odd-and-cut.jpg", odd.AsSpan(0, odd.Length / 2));

        var refused = Assert.Throws<ImageException>(() => Sha256(path));

        Assert.Contains("ends before", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_JunkBehindTheEnd_IsRead() => Sha256(_folder.Write("tail.jpg", [.. _sound, 1, 2, 3, 4]));

    private static string Sha256(string path)
    {
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var pixels = new byte[image.BytesOf(image.Bounds)];
        image.Read(image.Bounds, pixels);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pixels));
    }
}
