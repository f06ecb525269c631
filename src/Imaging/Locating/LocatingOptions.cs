using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Imaging.Locating;

/// <summary>How high the ground is, for images whose places come from rational polynomials. Others know it already, or don't need it.</summary>
public sealed record LocatingOptions
{
    /// <summary>
    /// A file of ground heights in metres: GeoTIFF, DTED, SRTM (.hgt), Erdas Imagine, NITF, ESRI or Arc/Info grids. Empty, the default: none. Heights above
    /// the ellipsoid are wanted; those above a geoid are converted where the file's coordinate system names it and PROJ has its grid. Where the file
    /// has no height, the polynomials' own offset is used.
    /// </summary>
    [Setting("IMAGE_DEM")]
    [Description("A file of ground heights (GeoTIFF, DTED, SRTM, Imagine, ESRI grid) with which images that have rational polynomials are located.")]
    public string ElevationModel { get; set; } = "";

    /// <summary>
    /// Metres above the ellipsoid at which such images are located where there is no file of heights. Not set, the default: the polynomials' own
    /// height offset (HEIGHT_OFF). -1 000..10 000.
    /// </summary>
    [Setting("IMAGE_HEIGHT_METERS"), Range(-1000.0, 10000.0)]
    [Description("Metres above the ellipsoid at which images that have rational polynomials are located, instead of their own height offset.")]
    public double? HeightMeters { get; set; }
}
