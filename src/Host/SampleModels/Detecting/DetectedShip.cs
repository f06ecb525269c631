namespace Swath.Host.SampleModels.Detecting;

/// <summary>A ship in pixels of the tile.</summary>
/// <param name="Corners">The four corners of its box along its own axis: x, y pairs.</param>
/// <param name="Score">0..1.</param>
internal sealed record DetectedShip(double[] Corners, double Score);
