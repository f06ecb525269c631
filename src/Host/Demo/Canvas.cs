using Swath.Imaging;

namespace Swath.Host.Demo;

/// <summary>A picture in memory: red, green and blue, 8 bits.</summary>
internal sealed class Canvas(int width, int height)
{
    private readonly byte[] _rgb = new byte[width * height * 3];

    public int Width => width;

    public int Height => height;

    public void Set(int x, int y, byte red, byte green, byte blue)
    {
        if ((uint)x >= (uint)width || (uint)y >= (uint)height)
            return;
        var at = ((y * width) + x) * 3;
        (_rgb[at], _rgb[at + 1], _rgb[at + 2]) = (red, green, blue);
    }

    public void Fill(int left, int top, int right, int bottom, (byte R, byte G, byte B) color)
    {
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
                Set(x, y, color.R, color.G, color.B);
        }
    }

    /// <summary>A frame of lines whose outer edge is the box.</summary>
    public void Frame(int left, int top, int right, int bottom, int thickness, (byte R, byte G, byte B) color)
    {
        Fill(left, top, right, top + thickness, color);
        Fill(left, bottom - thickness, right, bottom, color);
        Fill(left, top, left + thickness, bottom, color);
        Fill(right - thickness, top, right, bottom, color);
    }

    public void Save(string path)
    {
        using var file = File.Create(path);
        PngWriter.Write(file, _rgb, width, height, 3);
    }
}
