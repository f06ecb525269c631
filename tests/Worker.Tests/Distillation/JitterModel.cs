using Swath.Endpoints;
using Swath.Worker.Distillation;

namespace Swath.Worker.Tests.Distillation;

/// <summary>
/// Small objects as a real detector sees them: every tile finds each edge up to a pixel off, scores anew, cuts what its border cuts, and misses some. Which
/// object a detection shows is known, so that what is reported twice and what is lost can be counted.
/// </summary>
internal sealed class JitterModel
{
    private const double Jitter = 1;
    private const double LeastVisible = 2;

    private readonly List<int> _objectOf = [];
    private readonly int[] _seenBy;

    private JitterModel(TileLayout layout, IReadOnlyList<PixelBounds> objects, double missed, int seed)
    {
        Layout = layout;
        _seenBy = new int[objects.Count];
        var random = new Random(seed);
        var candidates = new List<DistillationCandidate>();
        var counts = new int[layout.Windows.Count];
        for (var shown = 0; shown < objects.Count; shown++)
        {
            for (var tile = 0; tile < layout.Windows.Count; tile++)
            {
                var visible = Boxes.Clamp(objects[shown], layout.Windows[tile]);
                if (!(visible.Width >= LeastVisible && visible.Height >= LeastVisible) || random.NextDouble() < missed)
                    continue;
                double Move() => ((random.NextDouble() * 2) - 1) * Jitter;
                var seen = objects[shown];
                var box = Boxes.Clamp(new PixelBounds(seen.MinX + Move(), seen.MinY + Move(), seen.MaxX + Move(), seen.MaxY + Move()), layout.Windows[tile]);
                candidates.Add(new DistillationCandidate(box, random.NextDouble(), 0, tile, counts[tile]++));
                _objectOf.Add(shown);
                _seenBy[shown]++;
            }
        }

        Candidates = candidates;
    }

    public TileLayout Layout { get; }

    public IReadOnlyList<DistillationCandidate> Candidates { get; }

    /// <summary>Objects of 6 to 16 px a side, far enough apart to be told apart by anyone.</summary>
    public static JitterModel Scattered(double missed, int seed)
    {
        var random = new Random(seed);
        var objects = new List<PixelBounds>();
        for (var y = 2.0; y < 1700; y += 22)
        {
            for (var x = 2.0; x < 1700; x += 22)
            {
                var (left, top) = (x + (random.NextDouble() * 4), y + (random.NextDouble() * 4));
                objects.Add(new PixelBounds(left, top, left + 6 + (random.NextDouble() * 10), top + 6 + (random.NextDouble() * 10)));
            }
        }

        return new JitterModel(Scenes.Grid(12, 12, 200, 60), objects, missed, seed + 1);
    }

    /// <summary>Rows of parked cars: equal boxes side by side with a gap.</summary>
    public static JitterModel Parked(double width, double length, double gap, double missed, int seed)
    {
        var objects = new List<PixelBounds>();
        for (var y = 2.0; y < 1700; y += length + gap)
        {
            for (var x = 2.0; x < 1700; x += width + gap)
                objects.Add(new PixelBounds(x, y, x + width, y + length));
        }

        return new JitterModel(Scenes.Grid(12, 12, 200, 60), objects, missed, seed);
    }

    /// <summary>Counts what a result says twice, and what it does not say though a tile saw it.</summary>
    public JitterCount Count(bool[] kept)
    {
        var reported = new int[_seenBy.Length];
        for (var i = 0; i < kept.Length; i++)
            reported[_objectOf[i]] += kept[i] ? 1 : 0;

        // What one of a pair of neighbours lacks, the other may have: of both only how many there are can be said for sure.
        var (twice, missing, shared) = (0, 0, 0);
        for (var shown = 0; shown < reported.Length; shown++)
        {
            shared += _seenBy[shown] > 1 ? 1 : 0;
            twice += Math.Max(0, reported[shown] - 1);
            missing += _seenBy[shown] > 0 && reported[shown] == 0 ? 1 : 0;
        }

        return new JitterCount(shared, twice, missing);
    }
}

/// <summary>What distillation made of a jitter model's detections.</summary>
/// <param name="Shared">Objects that more than one tile saw.</param>
/// <param name="Twice">Reports of an object beyond its first.</param>
/// <param name="Lost">Objects that a tile saw and the result does not have.</param>
internal readonly record struct JitterCount(int Shared, int Twice, int Lost)
{
    public double ShareTwice => (double)Twice / Shared;
}
