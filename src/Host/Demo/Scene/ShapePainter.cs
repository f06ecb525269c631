namespace Swath.Host.Demo.Scene;

/// <summary>Fills polygons into rows of an image with soft edges: four lines per row, exact along the row, even-odd.</summary>
internal sealed class ShapePainter(int width, sbyte[] grain)
{
    private const int Lines = 4;

    private readonly float[] _cover = new float[width + 2];
    private readonly List<double> _crossings = [];

    /// <param name="shape">What to fill.</param>
    /// <param name="firstRow">The image row that <paramref name="rgb"/> starts with.</param>
    /// <param name="rgb">Whole rows, interleaved.</param>
    public void Fill(SceneShape shape, int firstRow, Span<byte> rgb)
    {
        var rows = rgb.Length / 3 / width;
        int left = Math.Max(0, shape.Left), right = Math.Min(width, shape.Right + 1);
        if (left >= right)
            return;
        for (var y = Math.Max(firstRow, shape.Top); y < Math.Min(firstRow + rows, shape.Bottom + 1); y++)
        {
            Array.Clear(_cover, left, right - left);
            for (var line = 0; line < Lines; line++)
                Cover(shape, y + ((line + 0.5) / Lines), left, right);
            Blend(shape, y, left, rgb.Slice((y - firstRow) * width * 3, width * 3), right);
        }
    }

    private void Cover(SceneShape shape, double y, int left, int right)
    {
        _crossings.Clear();
        var points = shape.Points;
        var (x0, y0) = (points[^2], points[^1]);
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x1, y1) = (points[i], points[i + 1]);
            if (y0 <= y != y1 <= y)
                _crossings.Add(x0 + ((y - y0) / (y1 - y0) * (x1 - x0)));
            (x0, y0) = (x1, y1);
        }

        _crossings.Sort();
        for (var i = 0; i + 1 < _crossings.Count; i += 2)
            CoverSpan(Math.Max(left, _crossings[i]), Math.Min(right, _crossings[i + 1]));
    }

    private void CoverSpan(double from, double to)
    {
        if (to <= from)
            return;
        var (first, last) = ((int)from, (int)to);
        const float whole = 1f / Lines;
        if (first == last)
        {
            _cover[first] += (float)(to - from) * whole;
            return;
        }

        _cover[first] += (float)(first + 1 - from) * whole;
        for (var x = first + 1; x < last; x++)
            _cover[x] += whole;
        _cover[last] += (float)(to - last) * whole;
    }

    private void Blend(SceneShape shape, int y, int left, Span<byte> row, int right)
    {
        var texture = (y & Texture.Mask) * Texture.Size;
        var (color, opacity, rough) = (shape.Color, (float)shape.Opacity, shape.Grain / 64f);
        for (var x = left; x < right; x++)
        {
            var cover = _cover[x] * opacity;
            if (cover <= 0)
                continue;
            var noise = rough == 0 ? 0 : grain[texture | (x & Texture.Mask)] * rough;
            var at = x * 3;
            row[at] = Mix(row[at], color.R + noise, cover);
            row[at + 1] = Mix(row[at + 1], color.G + noise, cover);
            row[at + 2] = Mix(row[at + 2], color.B + noise, cover);
        }
    }

    private static byte Mix(byte below, float above, float cover) => (byte)Math.Clamp(below + ((above - below) * cover), 0, 255);
}
