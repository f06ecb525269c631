using Swath.Contracts;

namespace Swath.Imaging.Encoding;

/// <summary>JPEG of one or three bands of 8 bits, quality 90; it carries no georeferencing.</summary>
internal sealed class JpegEncoding() : GdalEncoding("JPEG", "jpg", SampleOrder.PixelInterleaved)
{
    /// <summary>High enough that small objects keep their edges, at about a tenth of the pixels' bytes.</summary>
    public const int Quality = 90;

    public override string ContentType => "image/jpeg";

    public static string? Refusal(ImageHeader image)
    {
        if (image.SampleType != "Byte")
            return $"JPEG holds unsigned 8-bit samples, and the image has {image.SampleType}: ask for GTIFF tiles, or for a range adjustment (MinMax, Percentile) to 8 bits";
        return image.Bands is 1 or 3 ? null : $"JPEG holds 1 or 3 bands, and the image has {image.Bands}: ask for GTIFF or PNG tiles";
    }

    public override string? WhyNot(ImageHeader image) => Refusal(image);

    protected override IReadOnlyList<string> Options(ImageFile image, PixelWindow window) => [$"QUALITY={Quality}"];
}
