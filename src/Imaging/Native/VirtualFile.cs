namespace Swath.Imaging.Native;

/// <summary>A file as GDAL sees it, for bytes that GDAL does not hand out: on a disk, in memory or of the network.</summary>
internal sealed unsafe class VirtualFile : IDisposable
{
    private readonly nint _file;

    private VirtualFile(nint file) => _file = file;

    /// <summary>Opens it for reading; null when that can't be.</summary>
    public static VirtualFile? Open(string resolved)
    {
        var file = Gdal.VSIFOpenL(resolved, "rb");
        return file == 0 ? null : new VirtualFile(file);
    }

    /// <summary>Its length in bytes.</summary>
    public long Length => Gdal.VSIFSeekL(_file, 0, 2) == 0 ? (long)Gdal.VSIFTellL(_file) : 0;

    /// <summary>Fills the target from an offset; false when the file has fewer bytes.</summary>
    public bool TryRead(ulong offset, Span<byte> target)
    {
        fixed (byte* bytes = target)
            return Gdal.VSIFSeekL(_file, offset, 0) == 0 && Gdal.VSIFReadL(bytes, 1, (nuint)target.Length, _file) == (nuint)target.Length;
    }

    public void Dispose() => _ = Gdal.VSIFCloseL(_file);
}
