using System.Reflection;
using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>Finds the machine's libgdal.</summary>
internal static class GdalLibrary
{
    /// <summary>Names the library to load, and no other.</summary>
    public const string OverrideVariable = "SWATH_GDAL_LIBRARY";

    /// <summary>libgdal.so.30 is GDAL 3.4; newer ones are tried first.</summary>
    private const int OldestSoname = 30, NewestSoname = 45;

    private static readonly Lazy<nint> Loaded = new(Load);

    public static nint Handle => Loaded.Value;

    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Gdal.Library ? Handle : 0;

    private static nint Load()
    {
        var chosen = Environment.GetEnvironmentVariable(OverrideVariable);
        if (!string.IsNullOrWhiteSpace(chosen))
        {
            return NativeLibrary.TryLoad(chosen, out var named)
                ? named
                : throw new ImageException(ImageErrorKind.GdalMissing, chosen, $"{OverrideVariable} names a library that can't be loaded: correct or unset it");
        }

        foreach (var candidate in Candidates())
        {
            if (NativeLibrary.TryLoad(candidate, typeof(GdalLibrary).Assembly, null, out var library))
                return library;
        }

        throw new ImageException(ImageErrorKind.GdalMissing, Gdal.Library,
            $"GDAL was not found. Install it (Debian, Ubuntu: apt-get install libgdal32 or newer; macOS: brew install gdal; Windows: OSGeo4W), or name the library in {OverrideVariable}");
    }

    private static IEnumerable<string> Candidates()
    {
        string[] files = OperatingSystem.IsWindows() ? ["gdal.dll"] : OperatingSystem.IsMacOS() ? ["libgdal.dylib"] : ["libgdal.so"];
        foreach (var file in files)
            yield return Path.Combine(AppContext.BaseDirectory, file);

        yield return Gdal.Library;

        if (OperatingSystem.IsWindows())
        {
            for (var version = 315; version >= 304; version--)
                yield return $"gdal{version}";
            yield return @"C:\OSGeo4W\bin\gdal.dll";
            for (var version = 315; version >= 304; version--)
                yield return $@"C:\OSGeo4W\bin\gdal{version}.dll";
        }
        else if (OperatingSystem.IsMacOS())
        {
            yield return "/opt/homebrew/lib/libgdal.dylib";
            yield return "/usr/local/lib/libgdal.dylib";
        }
        else
        {
            for (var version = NewestSoname; version >= OldestSoname; version--)
                yield return $"libgdal.so.{version}";
            yield return "/home/linuxbrew/.linuxbrew/lib/libgdal.so";
        }
    }
}
