using Microsoft.Win32.SafeHandles;

namespace Swath.Imaging.Native;

/// <summary>A GenImgProj transformer; it must not outlive the dataset that it was made from. One thread at a time.</summary>
internal sealed class TransformerHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public TransformerHandle() : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        Gdal.GDALDestroyGenImgProjTransformer(handle);
        return true;
    }
}
