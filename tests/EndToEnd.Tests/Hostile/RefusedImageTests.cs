using System.Buffers.Binary;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests.Hostile;

/// <summary>Images that can't be processed are refused before anything is spent on them, with what is the matter.</summary>
public sealed class RefusedImageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Behind SOC and SIZ: length, capabilities, then columns, rows, and behind 24 more bytes the number of components and three bytes for each.
    private const int Columns = 8;
    private const int ComponentSteps = 43;

    [Fact]
    public Task Run_Jpeg2000ThatClaimsMillionsOfColumns_IsRefusedForThat() => RunAsync(
        "claims.j2k",
        codeStream =>
        {
            BinaryPrimitives.WriteInt32BigEndian(codeStream.AsSpan(Columns), 33_000_000);
            return codeStream;
        },
        "33000000");

    [Fact]
    public Task Run_Jpeg2000WithSubsampledComponents_NamesThem() => RunAsync(
        "subsampled.j2k",
        codeStream =>
        {
            // The steps of the second component, which only it has.
            codeStream[ComponentSteps + 3] = 2;
            return codeStream;
        },
        "subsampling");

    [Fact]
    public async Task Run_NitfOfACompressionThatCannotBeDecoded_NamesIt()
    {
        await using var cli = new SwathCli();
        var content = Encoded(cli, TileCompression.Jpeg);
        "I1"u8.CopyTo(content.AsSpan(content.AsSpan().IndexOf("C3"u8)));

        await RefuseAsync(cli, "downsampled.ntf", content, "compressed as I1");
    }

    private static async Task RunAsync(string name, Func<byte[], byte[]> change, string named)
    {
        await using var cli = new SwathCli();
        var nitf = Encoded(cli, TileCompression.J2k);

        await RefuseAsync(cli, name, change(nitf[nitf.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51])..]), named);
    }

    private static async Task RefuseAsync(SwathCli cli, string name, byte[] content, string named)
    {
        var image = cli.PathOf(name);
        await File.WriteAllBytesAsync(image, content);

        var outcome = await cli.RunAsync("run", image, "--endpoint", "http://127.0.0.1:9/", "-o", cli.PathOf("result.geojson")).WaitAsync(Patience);

        var said = outcome.Output + outcome.Error;
        Assert.True(outcome.ExitCode == 1, $"exit code {outcome.ExitCode}: {said}");
        Assert.Contains("0 of 0 tried", said, StringComparison.Ordinal);
        Assert.Contains(named, said, StringComparison.Ordinal);
        Assert.DoesNotContain("not a supported file format", said, StringComparison.Ordinal);
        Assert.DoesNotContain("gave no reason", said, StringComparison.Ordinal);
    }

    private static byte[] Encoded(SwathCli cli, TileCompression compression)
    {
        const int Side = 256;
        var sound = cli.PathOf("sound.tif");
        using (var writer = GeoTiffWriter.Create(sound, new GeoTiffLayout(Side, Side, 3, 32618, 500_000, 4_500_000, 0.5)))
        {
            var random = new Random(5);
            while (writer.RowsInNext > 0)
            {
                var pixels = new byte[writer.RowsInNext * Side * 3];
                random.NextBytes(pixels);
                writer.WriteBlockRow(pixels);
            }
        }

        using var image = ImageFile.Open(sound, ImagingLimits.Default);
        using var encoder = new TileEncoder(TileFormat.Nitf, compression);
        using var tile = encoder.Encode(image, image.Bounds);
        return tile.Payload.ToArray();
    }
}
