namespace Swath.Endpoints;

/// <summary>How much of an answer is believed.</summary>
/// <param name="MaxVertices">Most positions of one feature; one with more is dropped.</param>
/// <param name="MostDropped">The share of an answer's features, 0..1, that may be dropped before the tile fails.</param>
public sealed record AnswerLimits(int MaxVertices, double MostDropped)
{
    /// <summary>What holds where nothing else is configured.</summary>
    public static AnswerLimits Default { get; } = Of(new EndpointsOptions());

    internal static AnswerLimits Of(EndpointsOptions options) => new(options.FeatureMaxVertices, options.TileMaxDropped);
}
