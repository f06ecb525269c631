namespace Swath.Persistence.Capacity;

/// <summary>What capacity is counted for.</summary>
/// <param name="Endpoint">A SageMaker endpoint's name or an HTTP model's URL.</param>
/// <param name="Variant">The production variant; empty where there is none.</param>
public readonly record struct EndpointVariant(string Endpoint, string Variant = "")
{
    public override string ToString() => Variant.Length == 0 ? Endpoint : $"{Endpoint} variant {Variant}";
}
