namespace Swath.Host.SampleModels.Detecting;

/// <summary>
/// A small real detector: what is brighter than its local background, connected, of a ship's size and shape, and has
/// water all around. It knows nothing but the tile.
/// </summary>
internal sealed class ShipDetector
{
    /// <summary>Pixels; smaller is a buoy or a wave.</summary>
    public const int LeastArea = 70;

    /// <summary>Pixels; longer is a pier.</summary>
    public const double MostLength = 150;

    private const int BackgroundReach = 5;
    private const float LeastContrast = 24;
    private const float MostContrast = 36;
    private const float LeastDeviations = 3.2f;
    private const double MostBeam = 42;
    private const double LeastSlenderness = 1.7;
    private const double MostSlenderness = 7.5;
    private const double LeastFill = 0.55;
    private const double LeastMoat = 0.72;
    private const double LeastOuterMoat = 0.45;
    private const double MostCut = 34;

    /// <param name="pixels">Band-sequential, 8 bits.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bands">1 or more; with 3 or more the first three are red, green, blue.</param>
    public static IReadOnlyList<DetectedShip> Detect(ReadOnlySpan<byte> pixels, int width, int height, int bands)
    {
        using var brightness = Brightness.Of(pixels, width, height, bands);
        var background = LocalBackground.Of(brightness, BackgroundReach);
        var thresholds = background.Thresholds(LeastDeviations, LeastContrast, MostContrast);
        var runs = BrightRuns.Find(brightness, thresholds);
        var labels = BlobLabels.Connect(runs);
        var candidates = CollectCandidates(runs, labels);
        var ships = new List<DetectedShip>(candidates.Count);
        var moat = new Moat(pixels, width, height, bands, brightness, thresholds);
        foreach (var (root, parts) in candidates)
        {
            if (Judge(labels[root], parts, moat, brightness, background) is { } ship)
                ships.Add(ship);
        }

        return ships;
    }

    private static Dictionary<int, List<PixelRun>> CollectCandidates(List<PixelRun> runs, BlobLabels labels)
    {
        var candidates = new Dictionary<int, List<PixelRun>>();
        for (var i = 0; i < runs.Count; i++)
        {
            var root = labels.RootOf(i);
            ref readonly var blob = ref labels[root];
            if (blob.Area < LeastArea || blob.Right - blob.Left > MostLength || blob.Bottom - blob.Top > MostLength)
                continue;
            if (!candidates.TryGetValue(root, out var parts))
                candidates.Add(root, parts = []);
            parts.Add(runs[i]);
        }

        return candidates;
    }

    private static DetectedShip? Judge(in Blob blob, List<PixelRun> parts, Moat moat, Brightness brightness, LocalBackground background)
    {
        var box = TurnedBox.Around(parts, blob.Axis());
        if (box.Length > MostLength || box.Beam > MostBeam || box.Length < LeastSlenderness * box.Beam || box.Length > MostSlenderness * box.Beam)
            return null;
        if (CutLength(parts, brightness) > MostCut)
            return null;
        var fill = blob.Area / (box.Length * box.Beam);
        if (fill < LeastFill)
            return null;
        var water = moat.Around(box, 3);
        if (water < LeastMoat || moat.Around(box, 10) < LeastOuterMoat)
            return null;
        var contrast = Contrast(parts, brightness, background);
        // Rises from 0 at no contrast to about 0.9 at 60 gray levels; a ship half in shadow or against a quay is less sure.
        var score = (1 - Math.Exp(-contrast / 26)) * (0.5 + (0.5 * water));
        return new DetectedShip(box.Corners(), Math.Round(Math.Clamp(score, 0, 1), 4));
    }

    // A ship that the tile's edge cuts shows a short cut; what shows a long one is the edge of a quay.
    private static int CutLength(List<PixelRun> parts, Brightness brightness)
    {
        int sides = 0, ends = 0;
        foreach (var run in parts)
        {
            sides += (run.Start == 0 ? 1 : 0) + (run.End == brightness.Width ? 1 : 0);
            ends += run.Y == 0 || run.Y == brightness.Height - 1 ? run.End - run.Start : 0;
        }

        return sides + ends;
    }

    private static double Contrast(List<PixelRun> parts, Brightness brightness, LocalBackground background)
    {
        long sum = 0, count = 0;
        foreach (var run in parts)
        {
            foreach (var pixel in brightness.Pixels.AsSpan((run.Y * brightness.Stride) + run.Start, run.End - run.Start))
                sum += pixel;
            count += run.End - run.Start;
        }

        var middle = parts[parts.Count / 2];
        return ((double)sum / count) - background.MeanAt(middle.Start, middle.Y);
    }
}
