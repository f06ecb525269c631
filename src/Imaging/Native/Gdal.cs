using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>The part of GDAL's C API that Swath calls; see https://gdal.org/api/raster_c_api.html.</summary>
/// <remarks>
/// No function here returns a marshalled string: GDAL owns what it returns, and the marshaller would free it.
/// Call <see cref="GdalRuntime.Initialize"/> first: it finds the library.
/// </remarks>
internal static unsafe partial class Gdal
{
    public const string Library = "gdal";

    public const int ReadFlag = 0;
    public const uint OpenRaster = 0x02;
    public const uint OpenVerboseError = 0x40;
    public const int Debug = 1;
    public const int Warning = 2;
    public const int Failure = 3;

    // Types: GDALDataType of gdal.h.
    public const int Byte = 1;
    public const int UInt16 = 2;
    public const int Int16 = 3;

    // GDALColorInterp of gdal.h.
    public const int PaletteInterpretation = 2;
    public const int RedInterpretation = 3;
    public const int BlueInterpretation = 5;
    public const int AlphaInterpretation = 6;
    public const int HueInterpretation = 7;
    public const int YCbCrLumaInterpretation = 14;
    public const int YCbCrRedInterpretation = 16;

    [LibraryImport(Library)]
    public static partial byte* GDALVersionInfo([MarshalAs(UnmanagedType.LPUTF8Str)] string request);

    [LibraryImport(Library)]
    public static partial nint GDALGetDriverByName([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [LibraryImport(Library)]
    public static partial byte* GDALGetDriverShortName(nint driver);

    [LibraryImport(Library)]
    public static partial nint GDALOpenEx([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint flags, byte** drivers, byte** options, byte** siblings);

    [LibraryImport(Library)]
    public static partial void GDALClose(nint dataset);

    [LibraryImport(Library)]
    public static partial DatasetHandle GDALCreate(
        nint driver, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int width, int height, int bands, int type, byte** options);

    [LibraryImport(Library)]
    public static partial DatasetHandle GDALCreateCopy(
        nint driver, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, DatasetHandle source, int strict, byte** options, nint progress, nint progressData);

    [LibraryImport(Library)]
    public static partial int GDALAddBand(DatasetHandle dataset, int type, byte** options);

    [LibraryImport(Library)]
    public static partial nint GDALGetDatasetDriver(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial int GDALGetRasterXSize(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial int GDALGetRasterYSize(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial int GDALGetRasterCount(DatasetHandle dataset);

    /// <summary>The band, owned by its dataset; bands count from 1.</summary>
    [LibraryImport(Library)]
    public static partial nint GDALGetRasterBand(DatasetHandle dataset, int band);

    [LibraryImport(Library)]
    public static partial int GDALGetRasterDataType(nint band);

    [LibraryImport(Library)]
    public static partial byte* GDALGetDataTypeName(int type);

    [LibraryImport(Library)]
    public static partial int GDALGetDataTypeSizeBytes(int type);

    /// <summary>The smallest type that holds the values of both.</summary>
    [LibraryImport(Library)]
    public static partial int GDALDataTypeUnion(int first, int second);

    [LibraryImport(Library)]
    public static partial void GDALGetBlockSize(nint band, out int width, out int height);

    [LibraryImport(Library)]
    public static partial int GDALGetRasterColorInterpretation(nint band);

    [LibraryImport(Library)]
    public static partial int GDALSetRasterColorInterpretation(nint band, int interpretation);

    [LibraryImport(Library)]
    public static partial nint GDALGetRasterColorTable(nint band);

    [LibraryImport(Library)]
    public static partial int GDALGetColorEntryCount(nint table);

    [LibraryImport(Library)]
    public static partial GdalColor* GDALGetColorEntry(nint table, int index);

    [LibraryImport(Library)]
    public static partial double GDALGetRasterNoDataValue(nint band, out int present);

    [LibraryImport(Library)]
    public static partial int GDALSetRasterNoDataValue(nint band, double value);

    [LibraryImport(Library)]
    public static partial double GDALGetRasterScale(nint band, out int present);

    [LibraryImport(Library)]
    public static partial double GDALGetRasterOffset(nint band, out int present);

    [LibraryImport(Library)]
    public static partial int GDALDatasetRasterIOEx(
        DatasetHandle dataset, int direction, int x, int y, int width, int height, void* buffer, int bufferWidth, int bufferHeight, int type,
        int bands, int* bandMap, long pixelSpace, long lineSpace, long bandSpace, nint extra);

    [LibraryImport(Library)]
    public static partial int GDALGetGeoTransform(DatasetHandle dataset, double* transform);

    [LibraryImport(Library)]
    public static partial int GDALSetGeoTransform(DatasetHandle dataset, double* transform);

    [LibraryImport(Library)]
    public static partial nint GDALGetSpatialRef(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial int OSRIsGeographic(nint spatialReference);

    [LibraryImport(Library)]
    public static partial byte* OSRGetAuthorityCode(nint spatialReference, [MarshalAs(UnmanagedType.LPUTF8Str)] string? node);

    [LibraryImport(Library)]
    public static partial int GDALSetSpatialRef(DatasetHandle dataset, nint spatialReference);

    [LibraryImport(Library)]
    public static partial int GDALGetGCPCount(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial GdalControlPoint* GDALGetGCPs(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial nint GDALGetGCPSpatialRef(DatasetHandle dataset);

    [LibraryImport(Library)]
    public static partial int GDALSetGCPs(DatasetHandle dataset, int count, GdalControlPoint* points, [MarshalAs(UnmanagedType.LPUTF8Str)] string projection);

    [LibraryImport(Library)]
    public static partial int GDALSetGCPs2(DatasetHandle dataset, int count, GdalControlPoint* points, nint spatialReference);

    [LibraryImport(Library)]
    public static partial byte** GDALGetMetadata(DatasetHandle dataset, [MarshalAs(UnmanagedType.LPUTF8Str)] string? domain);

    [LibraryImport(Library)]
    public static partial int GDALSetMetadata(DatasetHandle dataset, byte** items, [MarshalAs(UnmanagedType.LPUTF8Str)] string? domain);

    [LibraryImport(Library)]
    public static partial byte* GDALGetMetadataItem(
        DatasetHandle dataset, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string? domain);

    [LibraryImport(Library, EntryPoint = "GDALGetMetadataItem")]
    public static partial byte* GDALGetBandMetadataItem(
        nint band, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string? domain);

    [LibraryImport(Library)]
    public static partial TransformerHandle GDALCreateGenImgProjTransformer2(DatasetHandle source, nint target, byte** options);

    [LibraryImport(Library)]
    public static partial void GDALDestroyGenImgProjTransformer(nint transformer);

    [LibraryImport(Library)]
    public static partial int GDALGenImgProjTransform(
        TransformerHandle transformer, int targetToSource, int count, double* x, double* y, double* z, int* success);

    [LibraryImport(Library)]
    public static partial void GDALSetCacheMax64(long bytes);

    [LibraryImport(Library)]
    public static partial void CPLSetConfigOption([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string? value);

    [LibraryImport(Library)]
    public static partial void CPLSetThreadLocalConfigOption([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string? value);

    [LibraryImport(Library)]
    public static partial nint CPLSetErrorHandler(delegate* unmanaged<int, int, byte*, void> handler);

    [LibraryImport(Library)]
    public static partial void CPLErrorReset();

    [LibraryImport(Library)]
    public static partial nint VSIFileFromMemBuffer([MarshalAs(UnmanagedType.LPUTF8Str)] string path, byte* data, ulong length, int takeOwnership);

    [LibraryImport(Library)]
    public static partial byte* VSIGetMemFileBuffer([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out ulong length, int unlinkAndSeize);

    [LibraryImport(Library)]
    public static partial nint VSIFOpenL([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string access);

    [LibraryImport(Library)]
    public static partial int VSIFSeekL(nint file, ulong offset, int origin);

    [LibraryImport(Library)]
    public static partial ulong VSIFTellL(nint file);

    [LibraryImport(Library)]
    public static partial nuint VSIFReadL(void* target, nuint size, nuint count, nint file);

    [LibraryImport(Library)]
    public static partial int VSIFCloseL(nint file);

    [LibraryImport(Library)]
    public static partial int VSIUnlink([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [LibraryImport(Library)]
    public static partial nint VSIAllocFilesystemPluginCallbacksStruct();

    [LibraryImport(Library)]
    public static partial void VSIFreeFilesystemPluginCallbacksStruct(nint callbacks);

    /// <summary>Copies the callbacks; keeps the prefix.</summary>
    [LibraryImport(Library)]
    public static partial int VSIInstallPluginHandler(byte* prefix, nint callbacks);

    [LibraryImport(Library)]
    public static partial void VSIFree(void* memory);

    /// <summary>Copies a string that GDAL keeps; null stays null.</summary>
    public static string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}
