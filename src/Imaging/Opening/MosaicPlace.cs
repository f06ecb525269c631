using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Where an image of several pieces is: each piece says so for itself only.</summary>
internal static unsafe class MosaicPlace
{
    private const double SamePixel = 0.1;

    /// <summary>
    /// A dataset without bands whose control points are the corners of the whole, each as the piece there places it; null when the first
    /// piece's own statement holds for the whole: polynomials and sensor models do, and an affine transform that meets the other pieces within a tenth of a pixel.
    /// </summary>
    public static DatasetHandle? Of(ImageMosaic mosaic)
    {
        var first = mosaic.Parts[0].Image;
        if (first.Header.Georeferencing is Georeferencing.None or Georeferencing.RationalPolynomial or Georeferencing.SensorModel)
            return null;
        double right = mosaic.Width - 0.5, bottom = mosaic.Height - 0.5;
        (double X, double Y)[] corners = [(0.5, 0.5), (right, 0.5), (right, bottom), (0.5, bottom)];
        var places = new (double Longitude, double Latitude)[4];
        for (var i = 0; i < corners.Length; i++)
        {
            if (!TryLocate(mosaic, corners[i].X, corners[i].Y, places[0].Longitude, out places[i]))
                return null;
        }

        return IsAffine(mosaic, corners, places) ? null : Carrier(mosaic, corners, places);
    }

    private static bool TryLocate(ImageMosaic mosaic, double x, double y, double beside, out (double Longitude, double Latitude) place)
    {
        place = default;
        var (image, window) = mosaic.Parts.First(part => x > part.Window.X && x < part.Window.Right && y > part.Window.Y && y < part.Window.Bottom);
        using var locator = ImageLocator.For(image);
        if (locator is null || !locator.TryLocate(x - window.X, y - window.Y, out var longitude, out var latitude))
            return false;
        place = (longitude + (360 * Math.Round((beside - longitude) / 360)), latitude);
        return true;
    }

    private static bool IsAffine(ImageMosaic mosaic, (double X, double Y)[] corners, (double Longitude, double Latitude)[] places)
    {
        var (image, window) = mosaic.Parts[0];
        if (image.Header.Georeferencing != Georeferencing.Affine)
            return false;
        using var locator = ImageLocator.For(image)!;
        for (var i = 0; i < corners.Length; i++)
        {
            if (!locator.TryToPixel(places[i].Longitude, places[i].Latitude, out var x, out var y)
                || Math.Abs(x + window.X - corners[i].X) > SamePixel || Math.Abs(y + window.Y - corners[i].Y) > SamePixel)
                return false;
        }

        return true;
    }

    private static DatasetHandle Carrier(ImageMosaic mosaic, (double X, double Y)[] corners, (double Longitude, double Latitude)[] places)
    {
        var carrier = Gdal.GDALCreate(Gdal.GDALGetDriverByName("MEM"), "", mosaic.Width, mosaic.Height, 0, Gdal.Byte, null);
        byte empty = 0;
        var points = stackalloc GdalControlPoint[4];
        for (var i = 0; i < 4; i++)
        {
            points[i] = new GdalControlPoint
            {
                Id = &empty,
                Info = &empty,
                Pixel = corners[i].X,
                Line = corners[i].Y,
                X = places[i].Longitude,
                Y = places[i].Latitude,
            };
        }

        _ = Gdal.GDALSetGCPs(carrier, 4, points, Placement.Wgs84);
        return carrier;
    }
}
