namespace Swath.Host.SampleModels.Detecting;

/// <summary>Looks whether a candidate has water all around: usual brightness, and in a colour tile bluer than red.</summary>
internal readonly ref struct Moat(ReadOnlySpan<byte> pixels, int width, int height, int bands, Brightness brightness, byte[] thresholds)
{
    private const int BlueOverRed = 12;

    private readonly ReadOnlySpan<byte> _pixels = pixels;

    /// <summary>The part of the places around the box, so many pixels from it, that are water, 0..1; places outside of the tile don't count.</summary>
    public double Around(in TurnedBox box, double gap)
    {
        int seen = 0, water = 0;
        for (var along = box.Near; along <= box.Far; along += 3)
        {
            Look(box.At(along, box.Left - gap), ref seen, ref water);
            Look(box.At(along, box.Right + gap), ref seen, ref water);
        }

        for (var aside = box.Left; aside <= box.Right; aside += 3)
        {
            Look(box.At(box.Near - gap, aside), ref seen, ref water);
            Look(box.At(box.Far + gap, aside), ref seen, ref water);
        }

        return seen == 0 ? 0 : (double)water / seen;
    }

    private void Look((double X, double Y) place, ref int seen, ref int water)
    {
        var (x, y) = ((int)Math.Floor(place.X), (int)Math.Floor(place.Y));
        if (x < 0 || y < 0 || x >= width || y >= height)
            return;
        seen++;
        var threshold = thresholds[(y / Brightness.Block * brightness.BlocksAcross) + (x / Brightness.Block)];
        if (brightness.Pixels[(y * brightness.Stride) + x] > threshold)
            return;
        var at = (y * width) + x;
        if (bands < 3 || _pixels[(2 * width * height) + at] >= _pixels[at] + BlueOverRed)
            water++;
    }
}
