using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Which of the file's statements about its place is used.</summary>
internal static unsafe class Placement
{
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
}
