using System.Globalization;

namespace Swath.Imaging.Opening;

/// <summary>One of the images that a file holds.</summary>
/// <param name="Parts">Most have one; those that were split have several, which cover a rectangle.</param>
/// <param name="Trouble">Why it is not the picture that it belongs to; null for all that are a picture of their own.</param>
internal sealed record FileImage(IReadOnlyList<ImagePart> Parts, string? Trouble)
{
    /// <summary>The images of a file in their order: pages of a TIFF that are no overview or mask, image segments of a NITF, else the one that GDAL opens.</summary>
    public static IReadOnlyList<FileImage> Of(string driver, string resolved)
    {
        IReadOnlyList<FileImage> images = driver switch
        {
            "GTiff" => Pages(resolved),
            "NITF" => NitfFile.Of(resolved) is { Images.Count: > 1 } file ? NitfPictures.Of(resolved, file) : [],
            _ => [],
        };
        return images.Count > 0 ? images : [new FileImage([new ImagePart(resolved, default)], null)];
    }

    /// <summary>The image with this number.</summary>
    /// <param name="given">The file as the user named it.</param>
    /// <param name="images">All images of the file.</param>
    /// <param name="segment">Counted from 0; null: the first.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/>: there is no such image, or it is a part of one that can't be joined and was not named.</exception>
    public static FileImage Choose(string given, IReadOnlyList<FileImage> images, int? segment)
    {
        var range = images.Count == 1 ? "the file has one image, 0" : string.Create(CultureInfo.InvariantCulture, $"the file has {images.Count} images, 0..{images.Count - 1}");
        if (segment < 0 || segment >= images.Count)
            throw new ImageException(ImageErrorKind.InvalidRequest, given, $"there is no imageSegment {segment}: {range}");
        var chosen = images[segment ?? 0];
        return chosen.Trouble is null || segment is not null
            ? chosen
            : throw new ImageException(ImageErrorKind.InvalidRequest, given, $"{chosen.Trouble}: name one of them with imageSegment ({range})");
    }

    private static List<FileImage> Pages(string resolved)
    {
        var pages = TiffPages.Of(resolved);
        List<FileImage> images = [];
        for (var i = 0; i < pages.Count; i++)
        {
            if (!pages[i].IsPartOfAnother)
                images.Add(new FileImage([new ImagePart(i == 0 ? resolved : FormattableString.Invariant($"GTIFF_DIR:{i + 1}:{resolved}"), default, i)], null));
        }

        return images;
    }
}
