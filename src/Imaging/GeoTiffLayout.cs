namespace Swath.Imaging;

/// <summary>Shape and place of a north-up 8-bit GeoTIFF that is written from scratch.</summary>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
/// <param name="Bands">1 (gray) or 3 (red, green, blue).</param>
/// <param name="EpsgCode">A projected coordinate system in metres, such as 32618 for UTM zone 18 north.</param>
/// <param name="OriginX">Easting of the outer corner of the top-left pixel.</param>
/// <param name="OriginY">Northing of that corner.</param>
/// <param name="PixelSize">Metres per pixel, above 0.</param>
/// <param name="BlockSize">Width and height of a block in pixels, a multiple of 16.</param>
public sealed record GeoTiffLayout(
    int Width, int Height, int Bands, int EpsgCode, double OriginX, double OriginY, double PixelSize, int BlockSize = 512);
