namespace Swath.Contracts;

/// <summary>Where commands are sent. Events are published and find their own way.</summary>
public static class Queues
{
    /// <summary>The saga's own queue: everything that moves an image job.</summary>
    public const string ImageJob = "image-job";

    public static Uri CalculateRegions { get; } = new("queue:calculate-regions");

    public static Uri SelectVariant { get; } = new("queue:select-variant");

    public static Uri ReleaseCapacity { get; } = new("queue:release-capacity");

    public static Uri AssembleResult { get; } = new("queue:assemble-result");
}
