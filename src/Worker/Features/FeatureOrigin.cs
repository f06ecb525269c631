namespace Swath.Worker.Features;

/// <summary>What all features of a region have in common.</summary>
/// <param name="JobId">The job, in <c>inferenceMetadata</c>.</param>
/// <param name="RegionId">The region: a part of the feature's id.</param>
/// <param name="ImageUrl">The image as the request named it, in <c>sourceMetadata</c>.</param>
/// <param name="ImageFormat">GDAL's short name of the image's format, such as <c>GTiff</c>.</param>
public sealed record FeatureOrigin(Guid JobId, int RegionId, string ImageUrl, string ImageFormat);
