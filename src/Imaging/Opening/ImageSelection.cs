using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Opens one of the images that a file holds, with all that it consists of.</summary>
internal static class ImageSelection
{
    /// <summary>Opens the image with this number; null: the first, with a note when there are more.</summary>
    /// <param name="name">The file as the user named it.</param>
    /// <param name="resolved">What GDAL calls it.</param>
    /// <param name="limits">What is believed at most.</param>
    /// <param name="segment">Counted from 0.</param>
    /// <exception cref="ImageException">With the kind, GDAL's message and the path.</exception>
    public static ImageFile Open(string name, string resolved, ImagingLimits limits, int? segment)
    {
        var file = ImageOpening.Open(name, resolved, limits);
        IReadOnlyList<FileImage> images;
        FileImage chosen;
        try
        {
            images = FileImage.Of(ImageOpening.DriverOf(file), resolved);
            chosen = FileImage.Choose(name, images, segment);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        // What GDAL opened by itself need not be opened again.
        if (chosen.Parts is not [var single] || single.Name != resolved)
        {
            file.Dispose();
            file = null;
        }

        var image = chosen.Parts is [var only] ? OpenPart(name, resolved, only, limits, file) : OpenParts(name, resolved, chosen.Parts, limits);
        if (segment is null && images.Count > 1)
            image.Notes = [$"The file has {images.Count} images (imageSegment 0..{images.Count - 1}), and only the first one is processed: name another with imageSegment.", .. image.Notes];
        return image;
    }

    private static ImageFile OpenPart(string name, string resolved, ImagePart part, ImagingLimits limits, DatasetHandle? opened = null)
    {
        var dataset = opened ?? ImageOpening.Open(name, part.Name, limits);
        try
        {
            ImageOpening.CheckClaims(name, resolved, dataset, limits);
            ImageOpening.CheckCompression(name, dataset);
            var palette = Palette.Of(dataset);
            ColorModel.Check(name, dataset, palette, TiffPages.Of(resolved, most: part.Page + 1) is { } pages && pages.Count > part.Page ? pages[part.Page].Photometric : null);
            var meaning = SampleMeaning.Of(dataset, palette);
            SampleMeaning.Check(name, resolved, dataset, meaning);
            var georeferencing = Placement.Of(dataset);
            Placement.Check(name, dataset, georeferencing);
            var unsupported = georeferencing == Georeferencing.RationalPolynomial ? null : SensorModels.Of(dataset, resolved);

            // It counts rows from the first segment on.
            var sicd = unsupported is not null && part.IsFirst ? SensorModels.SicdOf(dataset, resolved) : null;
            if (sicd is not null)
                (georeferencing, unsupported) = (Georeferencing.SensorModel, null);
            return new ImageFile(
                name, dataset, ImageOpening.Header(dataset, palette, meaning, georeferencing), palette, meaning, () => ImageOpening.Open(name, part.Name, limits))
            {
                UnsupportedSensorModel = unsupported,
                Sicd = sicd,
            };
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    private static ImageFile OpenParts(string name, string resolved, IReadOnlyList<ImagePart> parts, ImagingLimits limits)
    {
        List<(ImageFile Image, PixelWindow Window)> opened = [];
        var mosaic = new ImageMosaic(opened);
        try
        {
            foreach (var part in parts)
                opened.Add((OpenPart(name, resolved, part, limits), part.Window));
            mosaic.Check(name, limits);
            return new ImageFile(mosaic, MosaicPlace.Of(mosaic));
        }
        catch
        {
            mosaic.Dispose();
            throw;
        }
    }
}
