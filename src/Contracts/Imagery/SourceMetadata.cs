namespace Swath.Contracts;

/// <summary>What a file tells of where its pixels come from. Each value is null where the file says nothing.</summary>
public sealed record SourceMetadata
{
    /// <summary>The format's name: <c>NITF</c>, <c>GTiff</c>, <c>PNG</c>, <c>JPEG</c>, <c>JP2OpenJPEG</c>.</summary>
    public required string Format { get; init; }

    /// <summary>What kind of picture it is; in a NITF the image category ICAT, such as <c>VIS</c>, <c>SAR</c>, <c>MS</c> (MIL-STD-2500C, table A-3).</summary>
    public string? Category { get; init; }

    /// <summary>The image's own name: NITF IID2, else IID1; TIFF DocumentName.</summary>
    public string? Id { get; init; }

    /// <summary>When it was taken, UTC: NITF IDATIM; TIFF or EXIF DateTime, which have no time zone and are taken for UTC.</summary>
    public DateTimeOffset? Date { get; init; }
}
