using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>A feature between its tile and the result: what distillation asks for, beside the finished GeoJSON.</summary>
/// <param name="Bounds">Its box in pixels of the whole image; finite.</param>
/// <param name="Score">Its highest class score; finite.</param>
/// <param name="Class">The class with that score; empty when the model does not classify.</param>
/// <param name="GeoJson">
/// The feature (RFC 7946 section 3.2) in UTF-8 without insignificant white space; <c>properties</c> is its last member.
/// </param>
public sealed record FeatureRecord(PixelBounds Bounds, double Score, string Class, ReadOnlyMemory<byte> GeoJson);
