namespace Swath.Host.Demo.Scene;

/// <summary>Square gray textures that repeat without a seam, centred on 0.</summary>
internal static class Texture
{
    public const int Size = 512;
    public const int Mask = Size - 1;

    /// <summary>Wind waves: sines of whole periods around one direction, -127..127.</summary>
    public static sbyte[] Waves(SceneRandom random)
    {
        var field = new float[Size * Size];
        for (var wave = 0; wave < 22; wave++)
        {
            var length = random.Between(9, 46);
            var angle = 0.6 + random.Between(-0.55, 0.55);
            var (kx, ky) = ((int)Math.Round(Size / length * Math.Cos(angle)), (int)Math.Round(Size / length * Math.Sin(angle)));
            var (phase, height) = (random.Between(0, Math.Tau), (float)Math.Sqrt(length));
            for (var y = 0; y < Size; y++)
            {
                for (var x = 0; x < Size; x++)
                    field[(y * Size) + x] += height * MathF.Sin((float)((Math.Tau * ((kx * x) + (ky * y)) / Size) + phase));
            }
        }

        return Normalize(field);
    }

    /// <summary>Rough ground: value noise of several octaves, -127..127.</summary>
    public static sbyte[] Grain(SceneRandom random)
    {
        var field = new float[Size * Size];
        var height = 1f;
        for (var cells = 8; cells <= Size / 2; cells *= 2, height *= 0.72f)
            AddOctave(field, cells, height, random);
        return Normalize(field);
    }

    private static void AddOctave(float[] field, int cells, float height, SceneRandom random)
    {
        var values = new float[cells * cells];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)random.Between(-1, 1);
        var step = Size / cells;
        for (var y = 0; y < Size; y++)
        {
            var (cy, fy) = (y / step, Smooth((y % step) / (float)step));
            for (var x = 0; x < Size; x++)
            {
                var (cx, fx) = (x / step, Smooth((x % step) / (float)step));
                var (x1, y1) = ((cx + 1) % cells, (cy + 1) % cells);
                var top = values[(cy * cells) + cx] + (fx * (values[(cy * cells) + x1] - values[(cy * cells) + cx]));
                var bottom = values[(y1 * cells) + cx] + (fx * (values[(y1 * cells) + x1] - values[(y1 * cells) + cx]));
                field[(y * Size) + x] += height * (top + (fy * (bottom - top)));
            }
        }
    }

    private static float Smooth(float t) => t * t * (3 - (2 * t));

    private static sbyte[] Normalize(float[] field)
    {
        double squares = 0;
        foreach (var value in field)
            squares += value * value;
        var scale = 42 / Math.Sqrt(squares / field.Length);
        return Array.ConvertAll(field, value => (sbyte)Math.Clamp(value * scale, -127, 127));
    }
}
