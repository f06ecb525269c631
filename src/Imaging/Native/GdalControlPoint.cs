using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>GDAL_GCP of gdal.h: a pixel of the image and its place on the ground.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GdalControlPoint
{
    public byte* Id;
    public byte* Info;
    public double Pixel;
    public double Line;
    public double X;
    public double Y;
    public double Z;
}
