using System.Collections.Frozen;

namespace Swath.Worker.Features;

/// <summary>The names of what Swath itself writes into a feature's <c>properties</c>.</summary>
internal static class FeatureNames
{
    public const string ImageGeometry = "imageGeometry";
    public const string ImageBox = "imageBBox";
    public const string Classes = "featureClasses";
    public const string SourceMetadata = "sourceMetadata";
    public const string InferenceMetadata = "inferenceMetadata";

    /// <summary>Why a feature of a georeferenced image has no world geometry.</summary>
    public const string LocationNote = "locationNote";

    /// <summary>The id that the model gave: unique in its tile at best, so that it can't be the feature's own.</summary>
    public const string ModelId = "modelId";

    /// <summary>What neither the model nor the request can override.</summary>
    public static FrozenSet<string> Reserved { get; } = FrozenSet.ToFrozenSet(
        [ImageGeometry, ImageBox, Classes, SourceMetadata, InferenceMetadata], StringComparer.Ordinal);
}
