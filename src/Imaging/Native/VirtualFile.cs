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
    public bool TryRead(ulong offset, Span<byte> target) => Read(offset, target) == target.Length;

    /// <summary>Reads from an offset; returns how many bytes there were, fewer than asked for at the file's end.</summary>
    public int Read(ulong offset, Span<byte> target)
    {
        fixed (byte* bytes = target)
            return Gdal.VSIFSeekL(_file, offset, 0) == 0 ? (int)Gdal.VSIFReadL(bytes, 1, (nuint)target.Length, _file) : 0;
    }

    public void Dispose() => _ = Gdal.VSIFCloseL(_file);
}
