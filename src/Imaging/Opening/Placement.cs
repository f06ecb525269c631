using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Which of the file's statements about its place is used.</summary>
internal static unsafe class Placement
{
    /// <summary>Longitude and latitude, as GDAL takes them for control points.</summary>
    public const string Wgs84 =
        """GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]""";

    private const double FarthestCoordinate = 1e10;

    /// <summary>Gives an image its place by four control points.</summary>
    /// <param name="image">The image.</param>
    /// <param name="pixels">Four places in it, in pixels from its corner.</param>
    /// <param name="places">Where they are, in degrees of WGS 84.</param>
    public static void SetCorners(DatasetHandle image, ReadOnlySpan<(double X, double Y)> pixels, ReadOnlySpan<(double Longitude, double Latitude)> places)
    {
        byte empty = 0;
        var points = stackalloc GdalControlPoint[4];
        for (var i = 0; i < 4; i++)
        {
            points[i] = new GdalControlPoint
            {
                Id = &empty,
                Info = &empty,
                Pixel = pixels[i].X,
                Line = pixels[i].Y,
                X = places[i].Longitude,
                Y = places[i].Latitude,
            };
        }

        _ = Gdal.GDALSetGCPs(image, 4, points, Wgs84);
    }

    /// <summary>
    /// An affine transform with a coordinate system, else rational polynomials, else control points. In a NITF the polynomials come
    /// first: its corner coordinates (IGEOLO) are whole arc seconds, the polynomials are the sensor's.
    /// </summary>
    public static Georeferencing Of(DatasetHandle dataset)
    {
        var polynomial = Gdal.GDALGetMetadataItem(dataset, "LINE_OFF", "RPC") != null;
        var driver = Gdal.Text(Gdal.GDALGetDriverShortName(Gdal.GDALGetDatasetDriver(dataset)));
        if (polynomial && driver == "NITF")
            return Georeferencing.RationalPolynomial;
        if (TryGetTransform(dataset, out _) && Gdal.GDALGetSpatialRef(dataset) != 0)
            return Georeferencing.Affine;
        if (polynomial)
            return Georeferencing.RationalPolynomial;
        return Gdal.GDALGetGCPCount(dataset) >= 3 && Gdal.GDALGetGCPSpatialRef(dataset) != 0
            ? Georeferencing.GroundControlPoints
            : Georeferencing.None;
    }

    /// <summary>
    /// Refuses coordinates far beyond the earth: GDAL brings longitudes into range one turn at a time, and never returns from 1e300.
    /// </summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.NotAnImage"/>.</exception>
    public static void Check(string given, DatasetHandle dataset, Georeferencing georeferencing)
    {
        if (georeferencing == Georeferencing.Affine && TryGetTransform(dataset, out var t))
        {
            var reach = Reach(Gdal.GDALGetRasterXSize(dataset), Gdal.GDALGetRasterYSize(dataset));
            foreach (var x in new[] { reach.Left, reach.Right })
            {
                foreach (var y in new[] { reach.Top, reach.Bottom })
                    Check(given, t[0] + (x * t[1]) + (y * t[2]), t[3] + (x * t[4]) + (y * t[5]));
            }
        }

        if (georeferencing == Georeferencing.GroundControlPoints)
        {
            foreach (var point in new ReadOnlySpan<GdalControlPoint>(Gdal.GDALGetGCPs(dataset), Gdal.GDALGetGCPCount(dataset)))
            {
                Check(given, point.X, point.Y);
                Check(given, point.Pixel, point.Line);
            }
        }
    }

    /// <summary>The pixel positions that are located: ten images' sizes around the image, which bounds what an extrapolation can become.</summary>
    public static (double Left, double Top, double Right, double Bottom) Reach(int width, int height) =>
        (-10.0 * width, -10.0 * height, 11.0 * width, 11.0 * height);

    /// <summary>True for coordinates that can be degrees, metres or feet on the earth, with room for extrapolation.</summary>
    public static bool IsPlausible(double x, double y) => Math.Abs(x) <= FarthestCoordinate && Math.Abs(y) <= FarthestCoordinate;

    /// <summary>The affine transform (six numbers, GDAL's order); false when there is none, or it says nothing (identity, singular, not finite).</summary>
    public static bool TryGetTransform(DatasetHandle dataset, out double[] transform)
    {
        transform = new double[6];
        fixed (double* t = transform)
        {
            if (Gdal.GDALGetGeoTransform(dataset, t) >= Gdal.Failure)
                return false;
        }

        var identity = transform is [0, 1, 0, 0, 0, 1] or [0, 1, 0, 0, 0, -1];
        var determinant = (transform[1] * transform[5]) - (transform[2] * transform[4]);
        return !identity && determinant != 0 && Array.TrueForAll(transform, double.IsFinite);
    }

    private static void Check(string given, double x, double y)
    {
        if (!IsPlausible(x, y))
            throw new ImageException(ImageErrorKind.NotAnImage, given,
                FormattableString.Invariant($"its georeferencing is damaged: it places pixels at ({x:g3}, {y:g3}), far beyond the earth"));
    }
}
