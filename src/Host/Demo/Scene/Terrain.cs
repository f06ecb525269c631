namespace Swath.Host.Demo.Scene;

/// <summary>Sea, beach and open country: a smooth field of pixels to the coast (above 0 on land), known on a coarse grid, coloured by pixel.</summary>
internal sealed class Terrain
{
    private const int Step = 16;
    private const int Reach = 512;

    private readonly int _columns;
    private readonly float[] _shore;
    private readonly float[] _wood;
    private readonly float[] _tone;
    private readonly sbyte[] _waves;
    private readonly sbyte[] _grain;
    private readonly SceneColor[] _water = new SceneColor[Reach];

    public Terrain(int width, int height, sbyte[] waves, sbyte[] grain)
    {
        (_waves, _grain) = (waves, grain);
        _columns = (width / Step) + 2;
        var rows = (height / Step) + 2;
        (_shore, _wood, _tone) = (new float[_columns * rows], new float[_columns * rows], new float[_columns * rows]);
        Parallel.For(0, rows, row =>
        {
            for (var column = 0; column < _columns; column++)
            {
                double x = column * Step, y = row * Step;
                var i = (row * _columns) + column;
                _shore[i] = (float)Shore(x, y);
                _wood[i] = (float)Noise(x / 620, y / 620, 3);
                _tone[i] = (float)Noise(x / 1500, y / 900, 11);
            }
        });
        for (var i = 0; i < Reach; i++)
            _water[i] = Water(i);
    }

    /// <summary>Pixels to the coast: above 0 on land, below 0 at sea; about right within 500 pixels.</summary>
    public double ShoreAt(double x, double y)
    {
        var (cx, cy) = ((int)(x / Step), (int)(y / Step));
        return _shore[(cy * _columns) + cx];
    }

    /// <summary>Colours a row.</summary>
    public void Paint(int y, Span<byte> rgb)
    {
        var (cell, fy) = (y / Step, y % Step / (float)Step);
        var texture = (y & Texture.Mask) * Texture.Size;
        var broad = ((y >> 2) & Texture.Mask) * Texture.Size;
        var width = rgb.Length / 3;
        for (var x0 = 0; x0 < width; x0 += Step)
        {
            var i = (cell * _columns) + (x0 / Step);
            var (shore, shoreStep) = Along(_shore, i, fy);
            var (wood, woodStep) = Along(_wood, i, fy);
            var (tone, toneStep) = Along(_tone, i, fy);
            var end = Math.Min(width, x0 + Step);
            for (var x = x0; x < end; x++, shore += shoreStep, wood += woodStep, tone += toneStep)
            {
                var fine = _grain[texture | (x & Texture.Mask)];
                var coarse = _grain[broad | ((x >> 2) & Texture.Mask)];
                var edge = shore + (coarse * 0.14f) + (fine * 0.03f);
                if (edge < 0)
                    PaintWater(rgb, x, y, (int)-edge, tone);
                else
                    PaintLand(rgb, x, edge, wood, fine, coarse);
            }
        }
    }

    private void PaintWater(Span<byte> rgb, int x, int y, int depth, float tone)
    {
        // Two runs of the waves at different periods: their beat hides that the texture repeats.
        var wave = _waves[((y & Texture.Mask) * Texture.Size) | (x & Texture.Mask)]
            + _waves[(((y + (x >> 3)) * 3 >> 2) & Texture.Mask) * Texture.Size | ((x * 3 >> 2) & Texture.Mask)];
        var color = _water[Math.Min(depth, Reach - 1)];
        var light = (wave * 0.055f) + (tone * 7);
        var surf = depth < 5 ? 46 - (depth * 10) : 0;
        var at = x * 3;
        rgb[at] = Clamp(color.R + (light * 0.75f) + surf);
        rgb[at + 1] = Clamp(color.G + light + surf);
        rgb[at + 2] = Clamp(color.B + (light * 1.1f) + surf);
    }

    private static void PaintLand(Span<byte> rgb, int x, float edge, float wood, sbyte fine, sbyte coarse)
    {
        var at = x * 3;
        if (edge < 26)
        {
            var wet = edge < 7 ? 0.82f : 1f;
            rgb[at] = Clamp((198 * wet) + (fine * 0.10f));
            rgb[at + 1] = Clamp((182 * wet) + (fine * 0.10f));
            rgb[at + 2] = Clamp((146 * wet) + (fine * 0.09f));
            return;
        }

        var trees = Math.Clamp(((wood * 3.2f) + (coarse * 0.014f)) + 0.5f, 0, 1);
        var rough = (fine * (0.10f + (trees * 0.16f))) + (coarse * 0.07f);
        rgb[at] = Clamp(118 - (trees * 66) + rough);
        rgb[at + 1] = Clamp(124 - (trees * 48) + rough);
        rgb[at + 2] = Clamp(80 - (trees * 34) + (rough * 0.8f));
    }

    private (float Value, float Step) Along(float[] field, int i, float fy)
    {
        var left = field[i] + (fy * (field[i + _columns] - field[i]));
        var right = field[i + 1] + (fy * (field[i + 1 + _columns] - field[i + 1]));
        return (left, (right - left) / Step);
    }

    private static SceneColor Water(int depth)
    {
        var t = 1 - Math.Exp(-depth / 120.0);
        return new SceneColor((byte)(62 - (46 * t)), (byte)(116 - (68 * t)), (byte)(118 - (46 * t)));
    }

    // The coast runs from the north-east's headland to the south; an island lies off it.
    private static double Shore(double x, double y)
    {
        var headland = 2300 * Math.Exp(-Math.Pow((y - 250) / 900, 2));
        var bulge = 900 * Math.Exp(-Math.Pow((y - 9700) / 900, 2));
        var coast = 2900 + headland + bulge + (180 * Math.Sin(y / 900)) - x;
        var wild = (Noise(x / 700, y / 700, 5) * 330) + (Noise(x / 170, y / 170, 7) * 75);
        var port = Math.Clamp((Math.Abs(y - 4900) - 2500) / 700, 0, 1);
        var island = 430 - Math.Sqrt(Math.Pow((x - 8350) * 0.8, 2) + Math.Pow((y - 8250) * 1.15, 2)) + (wild * 0.55);
        return Math.Max(coast + (wild * (0.15 + (0.85 * port))), island);
    }

    /// <summary>Value noise of four octaves, about -0.6..0.6.</summary>
    private static double Noise(double x, double y, uint seed)
    {
        double sum = 0, height = 0.5;
        for (uint octave = 0; octave < 4; octave++, height /= 2, x *= 2, y *= 2)
            sum += height * Lattice(x, y, seed + (octave * 101));
        return sum;
    }

    private static double Lattice(double x, double y, uint seed)
    {
        var (ix, iy) = ((int)Math.Floor(x), (int)Math.Floor(y));
        double fx = x - ix, fy = y - iy;
        fx = fx * fx * (3 - (2 * fx));
        fy = fy * fy * (3 - (2 * fy));
        var top = Hash(ix, iy, seed) + (fx * (Hash(ix + 1, iy, seed) - Hash(ix, iy, seed)));
        var bottom = Hash(ix, iy + 1, seed) + (fx * (Hash(ix + 1, iy + 1, seed) - Hash(ix, iy + 1, seed)));
        return top + (fy * (bottom - top));
    }

    private static double Hash(int x, int y, uint seed)
    {
        var h = ((uint)x * 0x8DA6B343) ^ ((uint)y * 0xD8163841) ^ (seed * 0xCB1AB31F);
        h = (h ^ (h >> 15)) * 0x2C1B3C6D;
        h = (h ^ (h >> 12)) * 0x297A2D39;
        return ((h ^ (h >> 15)) / (double)uint.MaxValue * 2) - 1;
    }

    private static byte Clamp(float value) => (byte)Math.Clamp(value, 0, 255);
}
