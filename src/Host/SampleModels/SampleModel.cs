namespace Swath.Host.SampleModels;

/// <summary>The models that <c>serve-model</c> has.</summary>
internal enum SampleModel
{
    /// <summary>Finds ships: see <see cref="Detecting.ShipDetector"/>.</summary>
    Detector,

    /// <summary>One point at the tile's middle: shows that nothing is lost, doubled or shifted.</summary>
    Centerpoint,

    /// <summary>Many boxes per tile: <c>?count=1000</c>.</summary>
    Flood,

    /// <summary>Fails on request: see <see cref="FailureModel"/>.</summary>
    Failure,
}
