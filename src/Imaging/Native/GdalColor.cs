using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>GDALColorEntry of gdal.h: red, green, blue and alpha, each 0..255.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GdalColor
{
    public short Red;
    public short Green;
    public short Blue;
    public short Alpha;
}
