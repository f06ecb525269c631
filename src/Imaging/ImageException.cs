using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>An image, a tile or GDAL failed: what kind of failure, of which path, in whose words.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the error; <paramref name="detail"/> carries GDAL's own message where GDAL gave one.</summary>
    public ImageException(ImageErrorKind kind, string path, string detail, Exception? inner = null)
        : base($"{path}: {detail}", inner)
    {
        Kind = kind;
        ImagePath = path;
        Detail = detail;
    }

    /// <summary>What a caller decides by.</summary>
    public ImageErrorKind Kind { get; }

    /// <summary>The image as the user named it.</summary>
    public string ImagePath { get; }

    /// <summary>What was wrong and what can be changed, without the path.</summary>
    public string Detail { get; }

    /// <summary>The reason with which a job is rejected; null where the failure is a tile's or the machine's, not the image's.</summary>
    public ImageRejection? Rejection => Kind switch
    {
        ImageErrorKind.NotFound => ImageRejection.NotFound,
        ImageErrorKind.AccessDenied => ImageRejection.AccessDenied,
        ImageErrorKind.NotAnImage or ImageErrorKind.LocationFailed => ImageRejection.NotAnImage,
        ImageErrorKind.TooLarge => ImageRejection.TooLarge,
        ImageErrorKind.ForbiddenPath => ImageRejection.ForbiddenPath,
        ImageErrorKind.InvalidRegionOfInterest => ImageRejection.InvalidRegionOfInterest,
        ImageErrorKind.InvalidRequest => ImageRejection.InvalidRequest,
        _ => null,
    };
}
