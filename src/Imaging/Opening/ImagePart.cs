using Swath.Contracts;

namespace Swath.Imaging.Opening;

/// <summary>What GDAL opens as one raster.</summary>
/// <param name="Name">GDAL's name for it.</param>
/// <param name="Window">Where its pixels lie in the image that it is a part of; empty for an image of one part.</param>
/// <param name="Page">The directory of a TIFF, from 0.</param>
internal sealed record ImagePart(string Name, PixelWindow Window, int Page = 0)
{
    /// <summary>True for the first raster of a file.</summary>
    public bool IsFirst => Name.StartsWith("NITF_IM:", StringComparison.Ordinal) ? Name.StartsWith("NITF_IM:0:", StringComparison.Ordinal) : Page == 0;
}
