using System.Globalization;
using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Reads what a file tells of itself; nothing of it is trusted to be short, printable or a date.</summary>
internal static unsafe class Origin
{
    private const int LongestText = 256;

    public static SourceMetadata Of(DatasetHandle dataset)
    {
        var format = Gdal.Text(Gdal.GDALGetDriverShortName(Gdal.GDALGetDatasetDriver(dataset)))!;
        return format == "NITF"
            ? new SourceMetadata
            {
                Format = format,
                Category = Text(dataset, "NITF_ICAT"),
                Id = Text(dataset, "NITF_IID2") ?? Text(dataset, "NITF_IID1"),
                Date = NitfDate(Text(dataset, "NITF_IDATIM")),
            }
            : new SourceMetadata
            {
                Format = format,
                Id = Text(dataset, "TIFFTAG_DOCUMENTNAME"),
                Date = TiffDate(Text(dataset, "EXIF_DateTimeOriginal")) ?? TiffDate(Text(dataset, "TIFFTAG_DATETIME") ?? Text(dataset, "EXIF_DateTime")),
            };
    }

    /// <summary>
    /// CCYYMMDDhhmmss of NITF 2.1, DDhhmmssZMONYY of NITF 2.0. Hyphens stand for digits that are not known: a date without its day is none, a
    /// time that is not known is midnight.
    /// </summary>
    internal static DateTimeOffset? NitfDate(string? text)
    {
        if (text is not { Length: 14 })
            return null;
        if (text[8] == 'Z')
            return Parse(text[..8] + "Z" + text[9..12].ToUpperInvariant() + text[12..], "ddHHmmss'Z'MMMyy");
        return Parse(text[..8] + text[8..].Replace('-', '0'), "yyyyMMddHHmmss");
    }

    /// <summary>YYYY:MM:DD hh:mm:ss of TIFF 6.0 and EXIF.</summary>
    internal static DateTimeOffset? TiffDate(string? text) => Parse(text, "yyyy':'MM':'dd HH':'mm':'ss");

    private static DateTimeOffset? Parse(string? text, string form) =>
        DateTimeOffset.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;

    private static string? Text(DatasetHandle dataset, string name)
    {
        var text = Gdal.Text(Gdal.GDALGetMetadataItem(dataset, name, null));
        if (text is null)
            return null;
        var clean = new string([.. text.Where(letter => !char.IsControl(letter) && letter != '\uFFFD').Take(LongestText)]).Trim();
        return clean.Length == 0 ? null : clean;
    }
}
