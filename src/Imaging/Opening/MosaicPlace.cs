using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Where an image of several pieces is: each piece says so for itself only.</summary>
internal static unsafe class MosaicPlace
{
    private const double SamePixel = 0.1;

    /// <summary>
    /// A dataset without bands whose control points are the corners of the whole, each as the piece there places it; null when the first
    /// piece's own statement holds for the whole: polynomials and sensor models of the top left piece do, and an affine transform that meets the other
    /// pieces within a tenth of a pixel.
    /// </summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/>: polynomials or a sensor model that count from the first pixel of another piece than the top left one.</exception>
    public static DatasetHandle? Of(ImageMosaic mosaic)
    {
        var (first, window) = mosaic.Parts[0];
        var georeferencing = first.Header.Georeferencing;
        if (georeferencing is Georeferencing.RationalPolynomial or Georeferencing.SensorModel && (window.X, window.Y) != (0, 0))
        {
            var model = georeferencing == Georeferencing.SensorModel ? "sensor model (SICD) counts" : "rational polynomials count";
            throw new ImageException(ImageErrorKind.InvalidRequest, first.Path,
                FormattableString.Invariant($"its {model} from the first pixel of an image segment that is not at the top left of the picture, but at row {window.Y} and column {window.X} (ILOC), which is not read: store the picture in one image segment, or the top left one as that which the others are attached to"));
        }

        if (georeferencing is Georeferencing.None or Georeferencing.RationalPolynomial or Georeferencing.SensorModel)
            return null;
        double right = mosaic.Width - 0.5, bottom = mosaic.Height - 0.5;
        (double X, double Y)[] corners = [(0.5, 0.5), (right, 0.5), (right, bottom), (0.5, bottom)];
        var places = Places(corners, corner => mosaic.Parts.First(part =>
            corner.X > part.Window.X && corner.X < part.Window.Right && corner.Y > part.Window.Y && corner.Y < part.Window.Bottom));
        if (places is null)
        {
            // Where the other pieces say nothing, the first one's place goes on beyond its edges.
            return (window.X, window.Y) == (0, 0) ? null : Carrier(mosaic, corners, Places(corners, _ => mosaic.Parts[0])
                ?? throw new ImageException(ImageErrorKind.LocationFailed, first.Path, "the corners of the picture that its image segments make up have no place on the ground"));
        }

        return IsAffine(mosaic, corners, places) ? null : Carrier(mosaic, corners, places);
    }

    private static (double Longitude, double Latitude)[]? Places((double X, double Y)[] corners, Func<(double X, double Y), (ImageFile Image, PixelWindow Window)> pieceOf)
    {
        var places = new (double Longitude, double Latitude)[corners.Length];
        for (var i = 0; i < corners.Length; i++)
        {
            var (image, window) = pieceOf(corners[i]);
            if (!TryLocate(image, window, corners[i].X, corners[i].Y, places[0].Longitude, out places[i]))
                return null;
        }

        return places;
    }

    private static bool TryLocate(ImageFile image, PixelWindow window, double x, double y, double beside, out (double Longitude, double Latitude) place)
    {
        place = default;
        using var locator = ImageLocator.For(image);
        if (locator is null || !locator.TryLocate(x - window.X, y - window.Y, out var longitude, out var latitude))
            return false;
        place = (longitude + (360 * Math.Round((beside - longitude) / 360)), latitude);
        return true;
    }

    private static bool IsAffine(ImageMosaic mosaic, (double X, double Y)[] corners, (double Longitude, double Latitude)[] places)
    {
        // It is used for the whole as it stands: its own first pixel is then taken for that of the whole.
        var image = mosaic.First;
        if (image.Header.Georeferencing != Georeferencing.Affine)
            return false;
        using var locator = ImageLocator.For(image)!;
        for (var i = 0; i < corners.Length; i++)
        {
            if (!locator.TryToPixel(places[i].Longitude, places[i].Latitude, out var x, out var y)
                || Math.Abs(x - corners[i].X) > SamePixel || Math.Abs(y - corners[i].Y) > SamePixel)
                return false;
        }

        return true;
    }

    private static DatasetHandle Carrier(ImageMosaic mosaic, (double X, double Y)[] corners, (double Longitude, double Latitude)[] places)
    {
        var carrier = Gdal.GDALCreate(Gdal.GDALGetDriverByName("MEM"), "", mosaic.Width, mosaic.Height, 0, Gdal.Byte, null);
        Placement.SetCorners(carrier, corners, places);
        return carrier;
    }
}
