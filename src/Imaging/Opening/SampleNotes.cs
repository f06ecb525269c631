using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>What is sent to a model otherwise than a viewer would show it, and why.</summary>
internal static class SampleNotes
{
    public static IEnumerable<string> Of(DatasetHandle dataset, Palette? palette, SampleMeaning meaning)
    {
        if (meaning.WhiteIsZero && !meaning.IsTurned)
            yield return $"The image says that its least sample is white (WhiteIsZero), which has no meaning for {meaning.TypeName} samples: they are sent as they stand.";
        if (palette is null && HasScale(dataset))
            yield return "The image's bands have a scale and an offset: the samples are sent as they stand, without them.";
    }

    private static bool HasScale(DatasetHandle dataset)
    {
        var band = Gdal.GDALGetRasterBand(dataset, 1);
        var scale = Gdal.GDALGetRasterScale(band, out var scaled);
        var offset = Gdal.GDALGetRasterOffset(band, out var shifted);
        return (scaled != 0 && scale != 1) || (shifted != 0 && offset != 0);
    }
}
