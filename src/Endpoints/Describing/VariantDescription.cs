namespace Swath.Endpoints.Describing;

/// <summary>A production variant.</summary>
/// <param name="Name">Unique in its endpoint.</param>
/// <param name="Weight">Its share of the traffic, relative to the others'; 0 or more.</param>
/// <param name="ServerlessConcurrency">MaxConcurrency of a serverless variant; null for one with instances.</param>
/// <param name="Instances">Running instances, 0 or more.</param>
internal sealed record VariantDescription(string Name, double Weight, int? ServerlessConcurrency, int Instances);
