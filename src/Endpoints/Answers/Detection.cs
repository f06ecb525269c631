namespace Swath.Endpoints;

/// <summary>One feature of a model's answer, in pixels of the tile that was sent; (0, 0) is the outer corner of the tile's top-left pixel.</summary>
public sealed record Detection
{
    /// <summary>Its place in the model's answer, from 0, the unusable features counted too.</summary>
    public int Number { get; init; }

    /// <summary>Where it is, in tile pixels.</summary>
    public required PixelGeometry Geometry { get; init; }

    /// <summary>The model's own box when it gave one (<c>imageBBox</c>, <c>bounds_imcoords</c>), else the geometry's.</summary>
    public required PixelBounds Bounds { get; init; }

    /// <summary>What it may be, in the model's order; empty when the model does not classify.</summary>
    public IReadOnlyList<FeatureClass> Classes { get; init; } = [];

    /// <summary>The highest class score, else <c>detection_score</c>, else 1.</summary>
    public double Score { get; init; } = 1;

    /// <summary>
    /// The feature's other properties, as they came. Left out are the class list and all that is in tile pixels, because
    /// both are written anew for the result.
    /// </summary>
    public IReadOnlyList<RawMember> Properties { get; init; } = [];

    /// <summary>The feature's <c>id</c> and foreign members (RFC 7946 section 6.1), as they came.</summary>
    public IReadOnlyList<RawMember> Members { get; init; } = [];

    /// <summary>The class with the highest score, the first of equals; null when there is none.</summary>
    public FeatureClass? TopClass
    {
        get
        {
            FeatureClass? top = null;
            foreach (var candidate in Classes)
            {
                if (top is null || candidate.Score > top.Score)
                    top = candidate;
            }

            return top;
        }
    }
}
