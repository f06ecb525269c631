using Swath.Contracts;

namespace Swath.Worker.Features;

/// <summary>What all features of a region have in common.</summary>
/// <param name="JobId">The job, in <c>inferenceMetadata</c>.</param>
/// <param name="RegionId">The region: a part of the feature's id.</param>
/// <param name="ImageUrl">The image as the request named it, in <c>sourceMetadata</c>.</param>
/// <param name="Image">What the image says of itself: its size, where features end, and its format.</param>
public sealed record FeatureOrigin(Guid JobId, int RegionId, string ImageUrl, ImageHeader Image);
