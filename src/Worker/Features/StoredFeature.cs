using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>A <see cref="FeatureRecord"/> as it lies in a <see cref="TilePayload"/>; valid as long as the payload's memory is.</summary>
/// <param name="Bounds">Its box in pixels of the whole image.</param>
/// <param name="Score">Its highest class score.</param>
/// <param name="Class">The class with that score, UTF-8.</param>
/// <param name="GeoJson">The feature, UTF-8.</param>
public readonly record struct StoredFeature(PixelBounds Bounds, double Score, ReadOnlyMemory<byte> Class, ReadOnlyMemory<byte> GeoJson);
