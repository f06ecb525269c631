namespace Swath.Host.SampleModels;

internal sealed record SampleModelOptions
{
    public SampleModel Model { get; init; } = SampleModel.Detector;

    /// <summary>The port on loopback; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>How long every answer takes at least.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The part of the requests that fails with status 500, 0..1. Which ones, <see cref="Seed"/> and the request's number decide.</summary>
    public double FailRate { get; init; }

    /// <summary>Another seed, other requests that fail.</summary>
    public int Seed { get; init; }

    /// <summary>Features per tile of the flood model where a request does not say.</summary>
    public int FloodCount { get; init; } = 1000;
}
