using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>The part of GDAL's vector API (OGR) that Swath calls; see https://gdal.org/api/vector_c_api.html.</summary>
internal static unsafe partial class GdalVector
{
    // OGRwkbGeometryType and OGRFieldType of ogr_core.h.
    public const int AnyGeometry = 0;
    public const int RealField = 2;
    public const int TextField = 4;

    /// <summary>OAMS_TRADITIONAL_GIS_ORDER of ogr_srs_api.h: longitude before latitude.</summary>
    public const int LongitudeFirst = 0;

    [LibraryImport(Gdal.Library)]
    public static partial nint GDALDatasetCreateLayer(
        DatasetHandle dataset, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, nint spatialReference, int geometryType, byte** options);

    [LibraryImport(Gdal.Library)]
    public static partial int GDALDatasetStartTransaction(DatasetHandle dataset, int force);

    [LibraryImport(Gdal.Library)]
    public static partial int GDALDatasetCommitTransaction(DatasetHandle dataset);

    [LibraryImport(Gdal.Library)]
    public static partial int GDALDatasetTestCapability(DatasetHandle dataset, [MarshalAs(UnmanagedType.LPUTF8Str)] string capability);

    [LibraryImport(Gdal.Library)]
    public static partial nint OGR_Fld_Create([MarshalAs(UnmanagedType.LPUTF8Str)] string name, int type);

    [LibraryImport(Gdal.Library)]
    public static partial void OGR_Fld_Destroy(nint field);

    [LibraryImport(Gdal.Library)]
    public static partial int OGR_L_CreateField(nint layer, nint field, int approximate);

    [LibraryImport(Gdal.Library)]
    public static partial nint OGR_L_GetLayerDefn(nint layer);

    [LibraryImport(Gdal.Library)]
    public static partial int OGR_L_CreateFeature(nint layer, nint feature);

    [LibraryImport(Gdal.Library)]
    public static partial nint OGR_F_Create(nint definition);

    [LibraryImport(Gdal.Library)]
    public static partial void OGR_F_Destroy(nint feature);

    [LibraryImport(Gdal.Library)]
    public static partial void OGR_F_SetFieldString(nint feature, int field, [MarshalAs(UnmanagedType.LPUTF8Str)] string value);

    [LibraryImport(Gdal.Library)]
    public static partial void OGR_F_SetFieldDouble(nint feature, int field, double value);

    /// <summary>The feature takes the geometry over, also when it refuses it.</summary>
    [LibraryImport(Gdal.Library)]
    public static partial int OGR_F_SetGeometryDirectly(nint feature, nint geometry);

    [LibraryImport(Gdal.Library)]
    public static partial nint OGR_G_CreateGeometryFromJson([MarshalAs(UnmanagedType.LPUTF8Str)] string json);

    [LibraryImport(Gdal.Library)]
    public static partial nint OSRNewSpatialReference(nint wellKnownText);

    [LibraryImport(Gdal.Library)]
    public static partial int OSRImportFromEPSG(nint spatialReference, int code);

    [LibraryImport(Gdal.Library)]
    public static partial void OSRSetAxisMappingStrategy(nint spatialReference, int strategy);

    [LibraryImport(Gdal.Library)]
    public static partial void OSRRelease(nint spatialReference);
}
