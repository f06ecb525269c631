namespace Swath.Contracts;

/// <summary>
/// The variant that serves the job was chosen; it stays through every retry. Where the endpoint could not be described, the job is queued without one, and
/// a second event brings it.
/// </summary>
public sealed record VariantSelected
{
    public required Guid JobId { get; init; }

    /// <summary>The production variant; absent for an HTTP endpoint, and while a SageMaker endpoint can't be described.</summary>
    public string? Variant { get; init; }

    /// <summary>Inference requests that one region has in flight at most: the load of the job is regions times this.</summary>
    public required int TileWorkersPerRegion { get; init; }
}
