using Microsoft.Win32.SafeHandles;

namespace Swath.Imaging.Native;

/// <summary>A GDAL dataset. One thread at a time: a shared handle has been seen to return wrong pixels without an error.</summary>
internal sealed class DatasetHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public DatasetHandle() : base(ownsHandle: true)
    {
    }

    public DatasetHandle(nint dataset) : base(ownsHandle: true) => SetHandle(dataset);

    protected override bool ReleaseHandle()
    {
        Gdal.GDALClose(handle);
        return true;
    }
}
