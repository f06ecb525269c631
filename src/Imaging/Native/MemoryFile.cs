using System.Buffers;
using System.Globalization;

namespace Swath.Imaging.Native;

/// <summary>Names and contents of files in GDAL's memory file system, where GDAL writes tiles and reads given bytes.</summary>
internal static unsafe class MemoryFile
{
    private static long _lastNumber;

    /// <summary>A name that no other file of the process has.</summary>
    public static string NewPath(string extension) => string.Create(
        CultureInfo.InvariantCulture, $"/vsimem/swath/{Interlocked.Increment(ref _lastNumber)}.{extension}");

    /// <summary>Takes the file's bytes into a pooled array and removes the file; the array may be longer than the content.</summary>
    public static byte[] Take(string path, out int length)
    {
        var bytes = Gdal.VSIGetMemFileBuffer(path, out var size, unlinkAndSeize: 1);
        if (bytes == null)
            throw new ImageException(ImageErrorKind.EncodeFailed, path, "GDAL wrote no file");
        try
        {
            length = checked((int)size);
            var taken = ArrayPool<byte>.Shared.Rent(length);
            new ReadOnlySpan<byte>(bytes, length).CopyTo(taken);
            return taken;
        }
        finally
        {
            Gdal.VSIFree(bytes);
        }
    }
}
