using System.Runtime.InteropServices;
using Swath.Imaging.Native;

namespace Swath.Imaging;

/// <summary>The process's one GDAL: found, quiet, and knowing only the formats that Swath reads.</summary>
public static unsafe class GdalRuntime
{
    /// <summary>
    /// No VRT, no vector, no plug-in formats: a VRT that is called <c>.tif</c> reads any file of the machine.
    /// JP2OpenJPEG is missing from some builds; J2K is refused there.
    /// </summary>
    internal static readonly string[] SourceDrivers = ["GTiff", "NITF", "PNG", "JPEG", "JP2OpenJPEG"];

    private static readonly Lazy<string> Started = new(Start);

    /// <summary>Finds and starts GDAL; safe to call often and from any thread.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.GdalMissing"/> when there is no usable libgdal; the message says how to install it.</exception>
    public static void Initialize() => _ = Started.Value;

    /// <summary>GDAL's release, such as <c>3.6.2</c>.</summary>
    public static string Version => Started.Value;

    internal static bool HasDriver(string name)
    {
        Initialize();
        return Gdal.GDALGetDriverByName(name) != 0;
    }

    private static string Start()
    {
        NativeHeap.ReturnLargeBlocks();
        NativeLibrary.SetDllImportResolver(typeof(GdalRuntime).Assembly, GdalLibrary.Resolve);
        GdalErrors.Install();

        // Sidecar files (.aux.xml, .ovr, world files) are neither read nor written: only the named file is touched.
        Gdal.CPLSetConfigOption("GDAL_PAM_ENABLED", "NO");
        Gdal.CPLSetConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR");

        // Files are never mapped into memory: one that another process cuts short would end this process (SIGBUS).
        Gdal.CPLSetConfigOption("GTIFF_VIRTUAL_MEM_IO", "NO");

        // Stray bytes in a header make no image unreadable; which warnings mean wrong pixels is decided in JpegWarning.
        Gdal.CPLSetConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", "NO");

        foreach (var driver in SourceDrivers.Append("MEM"))
        {
            if (NativeLibrary.TryGetExport(GdalLibrary.Handle, "GDALRegister_" + driver, out var register))
                ((delegate* unmanaged<void>)register)();
        }

        return Gdal.Text(Gdal.GDALVersionInfo("RELEASE_NAME")) ?? "unknown";
    }
}
