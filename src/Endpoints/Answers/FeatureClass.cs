namespace Swath.Endpoints;

/// <summary>What a detection is thought to be.</summary>
/// <param name="Iri">The class's name or IRI.</param>
/// <param name="Score">How sure the model is; finite, 0..1 by convention (not enforced: some models return logits).</param>
public sealed record FeatureClass(string Iri, double Score)
{
    /// <summary>Further members that the model gave with the class, as they came.</summary>
    public IReadOnlyList<RawMember> Members { get; init; } = [];
}
