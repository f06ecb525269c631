namespace Swath.Imaging.Opening;

/// <summary>What one directory of a TIFF says of itself.</summary>
/// <param name="IsPartOfAnother">An overview or a mask of another page, by NewSubfileType or SubfileType.</param>
/// <param name="Photometric">The tag PhotometricInterpretation; null when there is none.</param>
internal sealed record TiffPage(bool IsPartOfAnother, ushort? Photometric);
