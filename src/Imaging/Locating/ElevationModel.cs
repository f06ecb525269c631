using System.Runtime.InteropServices;
using Swath.Imaging.Native;

namespace Swath.Imaging.Locating;

/// <summary>The formats of ground heights that GDAL is given, once somebody needs them.</summary>
internal static unsafe class ElevationModel
{
    // No VRT: GDAL opens what a NITF or a TIFF embeds with every driver that it knows, and a VRT reads any file.
    private static readonly string[] Drivers = ["DTED", "SRTMHGT", "HFA", "AAIGrid", "EHdr", "USGSDEM"];

    private static readonly Lazy<bool> Registered = new(Register);

    /// <summary>Makes sure that the file can be opened: GDAL opens it at the first point only, and is silent when it can't.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.Unavailable"/>: what is wrong is the machine's, not the image's.</exception>
    public static string Checked(string image, string path)
    {
        using var opened = Open(image, path);
        return Path.GetFullPath(path);
    }

    /// <summary>Opens the file.</summary>
    /// <exception cref="ImageException">See <see cref="Checked"/>.</exception>
    public static DatasetHandle Open(string image, string path)
    {
        _ = Registered.Value;
        GdalErrors.Reset();
        using var drivers = new NativeStrings([.. GdalRuntime.SourceDrivers, .. Drivers]);
        var opened = new DatasetHandle(Gdal.GDALOpenEx(Path.GetFullPath(path), Gdal.OpenRaster | Gdal.OpenVerboseError, drivers.Pointer, null, null));
        if (!opened.IsInvalid)
            return opened;
        opened.Dispose();
        throw new ImageException(ImageErrorKind.Unavailable, image, $"the ground's heights can't be read from {path}: correct IMAGE_DEM. {GdalErrors.Message}");
    }

    private static bool Register()
    {
        foreach (var driver in Drivers)
        {
            if (NativeLibrary.TryGetExport(GdalLibrary.Handle, "GDALRegister_" + driver, out var register))
                ((delegate* unmanaged<void>)register)();
        }

        return true;
    }
}
