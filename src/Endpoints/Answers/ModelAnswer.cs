namespace Swath.Endpoints;

/// <summary>What a model said of one tile.</summary>
/// <param name="Detections">The features that can be used, in the answer's order.</param>
/// <param name="Dropped">Those that can't.</param>
public sealed record ModelAnswer(IReadOnlyList<Detection> Detections, DroppedFeatures Dropped)
{
    /// <summary>The share of all features that may be dropped, 0..1; with more, the answer as a whole is not to be trusted.</summary>
    public double MostDropped { get; init; } = 1;

    /// <summary>Whether so many features were dropped that the tile counts as failed.</summary>
    /// <param name="dropped">All that were dropped so far, those of <see cref="Dropped"/> included.</param>
    public bool IsTooMuch(int dropped) => dropped > MostDropped * (Detections.Count + Dropped.Count);
}
