namespace Swath.Imaging;

/// <summary>What kind of thing went wrong with an image, a tile or GDAL itself.</summary>
public enum ImageErrorKind
{
    /// <summary>There is no such file, object or address.</summary>
    NotFound,

    /// <summary>It is there, but may not be read.</summary>
    AccessDenied,

    /// <summary>It can't be read now, for a reason that passes: no connection, a time-out, a server that is busy. Try again later.</summary>
    Unavailable,

    /// <summary>It is not an image in a format that Swath reads, or its header is damaged.</summary>
    NotAnImage,

    /// <summary>Its header claims more than <see cref="ImagingLimits"/> allow.</summary>
    TooLarge,

    /// <summary>The path names something that users may not name.</summary>
    ForbiddenPath,

    /// <summary>The region of interest is not WKT, lies outside the image, or the image has no georeferencing.</summary>
    InvalidRegionOfInterest,

    /// <summary>The request can't be done for this image, such as a JPEG tile of a 16-bit image.</summary>
    InvalidRequest,

    /// <summary>Some pixels can't be read; others may.</summary>
    ReadFailed,

    /// <summary>A tile could not be written.</summary>
    EncodeFailed,

    /// <summary>The image's georeferencing can't be used.</summary>
    LocationFailed,

    /// <summary>GDAL's library was not found.</summary>
    GdalMissing,
}
