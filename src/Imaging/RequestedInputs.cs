using Swath.Imaging.Opening;

namespace Swath.Imaging;

/// <summary>What is wrong with what a request names as far as its texts and this machine's files tell: known before there is a job, and without GDAL.</summary>
public static class RequestedInputs
{
    /// <summary>Checks the name of an image: a local file is there and may be read, an address has a form that is read at all.</summary>
    /// <exception cref="ImageException">It is not; the message says why.</exception>
    public static void CheckImage(string pathOrUrl) => _ = ImageAddress.Parse(pathOrUrl);

    /// <summary>Checks a region of interest without the image that it lies in.</summary>
    /// <param name="wkt">Any WKT geometry in WGS 84: longitude latitude, in degrees.</param>
    /// <param name="name">What the message calls it.</param>
    /// <exception cref="ImageException">It is no such geometry.</exception>
    public static void CheckRegion(string wkt, string name) => _ = RegionOfInterest.Parse(wkt, name, ImagingLimits.Default);
}
