using System.Buffers.Binary;

namespace Swath.Imaging.Tests.Hostile;

/// <summary>JPEG 2000 files whose header claims far more than their bytes hold: raw, in boxes and in NITF.</summary>
internal static class LyingJpeg2000
{
    private static readonly (uint Width, uint Height, uint TileWidth, uint TileHeight)[] Claims =
    [
        (65_000, 65_000, 256, 256), (33_000_000, 700, 33_000_000, 700), (33_000_000, 700, 2048, 700), (100_000, 100_000, 100_000, 100_000),
        (190_000, 190_000, 1024, 1024), (40_000, 40_000, 20_000, 20_000), (60_000, 60_000, 240, 240),
    ];

    /// <summary>The liars, made of sound files of every kind.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Make(TemporaryFolder folder)
    {
        foreach (var (name, sound) in Sound(folder))
        {
            foreach (var claim in Claims)
                yield return ($"{claim.Width}x{claim.Height}-{claim.TileWidth}-{name}", Claiming(sound, claim.Width, claim.Height, claim.TileWidth, claim.TileHeight));
        }
    }

    /// <summary>A picture of 600 x 600 pixels as a raw stream, a JP2 file and a NITF.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Sound(TemporaryFolder folder)
    {
        var picture = GdalCopy.Picture(folder, 600, 600);
        foreach (var (name, driver, options) in new (string, string, string[])[]
                 {
                     ("raw.j2k", "JP2OpenJPEG", ["CODEC=J2K"]), ("boxes.jp2", "JP2OpenJPEG", ["CODEC=JP2", "QUALITY=5", "REVERSIBLE=NO"]),
                     ("segment.ntf", "NITF", ["IC=C8"]),
                 })
        {
            yield return (name, File.ReadAllBytes(GdalCopy.Make(picture, folder.File("sound-" + name), driver, options)));
        }
    }

    /// <summary>The same file with another size in its SIZ segment and, where it has one, in its ihdr box.</summary>
    public static byte[] Claiming(byte[] sound, uint width, uint height, uint tileWidth, uint tileHeight)
    {
        var content = sound.ToArray();
        var siz = content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]);
        foreach (var (field, value) in new[] { (0, width), (1, height), (4, tileWidth), (5, tileHeight) })
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(siz + 8 + (4 * field)), value);
        if (content.AsSpan().IndexOf("ihdr"u8) is > 0 and var box)
        {
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(box + 4), height);
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(box + 8), width);
        }

        return content;
    }
}
