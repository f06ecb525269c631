using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>What distillation has to know of a feature; its GeoJSON stays where it is.</summary>
/// <param name="Bounds">Its box in pixels of the whole image.</param>
/// <param name="Score">How sure the model is; higher wins.</param>
/// <param name="Class">Number of its class: only features of one class are compared.</param>
/// <param name="Tile">The tile it was seen in, as its number in the <see cref="TileLayout"/>.</param>
/// <param name="Index">Its place in the tile's answer, from 0: the last word between equals.</param>
public readonly record struct DistillationCandidate(PixelBounds Bounds, double Score, int Class, int Tile, int Index);
