using Swath.Host.Demo.Scene;

namespace Swath.Host.Demo;

/// <summary>
/// How right an answer is: every ship is matched by at most one feature and the other way round, the surest features first,
/// where their boxes overlap by at least <see cref="LeastOverlap"/> (intersection over union).
/// </summary>
internal sealed class DetectionScore
{
    /// <summary>The usual bar of detection benchmarks (PASCAL VOC).</summary>
    public const double LeastOverlap = 0.5;

    private DetectionScore(IReadOnlyList<DetectedFeature> matched, IReadOnlyList<DetectedFeature> mistaken, IReadOnlyList<Ship> missed) =>
        (Matched, Mistaken, Missed) = (matched, mistaken, missed);

    public IReadOnlyList<DetectedFeature> Matched { get; }

    /// <summary>Features that are no ship, or the second one on a ship.</summary>
    public IReadOnlyList<DetectedFeature> Mistaken { get; }

    /// <summary>Ships that no feature shows.</summary>
    public IReadOnlyList<Ship> Missed { get; }

    /// <summary>The part of the features that are ships, 0..1; 1 without features.</summary>
    public double Precision => Ratio(Matched.Count, Mistaken.Count);

    /// <summary>The part of the ships that were found, 0..1; 1 without ships.</summary>
    public double Recall => Ratio(Matched.Count, Missed.Count);

    public static DetectionScore Of(IReadOnlyList<Ship> truth, IReadOnlyList<DetectedFeature> features)
    {
        var boxes = truth.Select(ship => PixelBox.Around(ship.Outline)).ToArray();
        var taken = new bool[boxes.Length];
        List<DetectedFeature> matched = [], mistaken = [];
        foreach (var feature in features.OrderByDescending(feature => feature.Score).ThenBy(feature => feature.Box.Top).ThenBy(feature => feature.Box.Left))
        {
            var (best, overlap) = (-1, LeastOverlap);
            for (var i = 0; i < boxes.Length; i++)
            {
                if (!taken[i] && feature.Box.OverlapWith(boxes[i]) is var shared && shared >= overlap)
                    (best, overlap) = (i, shared);
            }

            if (best >= 0)
                taken[best] = true;
            (best >= 0 ? matched : mistaken).Add(feature);
        }

        return new DetectionScore(matched, mistaken, [.. truth.Where((_, i) => !taken[i])]);
    }

    private static double Ratio(int right, int wrong) => right + wrong == 0 ? 1 : (double)right / (right + wrong);
}
