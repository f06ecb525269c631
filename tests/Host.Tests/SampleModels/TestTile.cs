using Swath.Host.Demo.Scene;
using Swath.Imaging;

namespace Swath.Host.Tests.SampleModels;

/// <summary>Small tiles of flat water with what a test puts on them.</summary>
internal sealed class TestTile(int width, int height)
{
    private static readonly sbyte[] Grain = Texture.Grain(new SceneRandom(7));

    private readonly byte[] _rgb = Water(width, height);

    public TestTile Add(SceneShape shape)
    {
        new ShapePainter(width, Grain).Fill(shape, 0, _rgb);
        return this;
    }

    public TestTile Add(Ship ship) => Add(new SceneShape(ship.Outline, new(190, 180, 170), 4));

    public byte[] BandSequential()
    {
        var pixels = new byte[_rgb.Length];
        for (var i = 0; i < _rgb.Length; i++)
            pixels[(i % 3 * width * height) + (i / 3)] = _rgb[i];
        return pixels;
    }

    public byte[] Png()
    {
        using var file = new MemoryStream();
        PngWriter.Write(file, _rgb, width, height, 3);
        return file.ToArray();
    }

    private static byte[] Water(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        for (var i = 0; i < rgb.Length; i += 3)
        {
            var wave = Grain[i / 3 % Grain.Length] / 24;
            (rgb[i], rgb[i + 1], rgb[i + 2]) = ((byte)(20 + wave), (byte)(50 + wave), (byte)(74 + wave));
        }

        return rgb;
    }
}
