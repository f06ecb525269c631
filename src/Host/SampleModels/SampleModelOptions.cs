namespace Swath.Host.SampleModels;

internal sealed record SampleModelOptions
{
    public SampleModel Model { get; init; } = SampleModel.Detector;

    /// <summary>The port on loopback; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Features per tile of the flood model where a request does not say.</summary>
    public int FloodCount { get; init; } = 1000;
}
