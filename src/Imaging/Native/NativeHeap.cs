using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>
/// Keeps the C library's heap from hoarding. GDAL's blocks of some hundred kilobytes are taken on one thread and freed on another; glibc keeps them in a heap of each thread
/// and grows its own limit for what goes straight back to the system: a job of 60 000 x 60 000 pixels peaked at 550 MiB instead of 320.
/// </summary>
internal static unsafe class NativeHeap
{
    private const int MemoryMapThreshold = -3; // M_MMAP_THRESHOLD of malloc.h

    private const int Bytes = 128 * 1024; // glibc's default, which naming it keeps from growing

    /// <summary>Once a process; does nothing where the C library is another one.</summary>
    public static void ReturnLargeBlocks()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "mallopt", out var mallopt))
            _ = ((delegate* unmanaged<int, int, int>)mallopt)(MemoryMapThreshold, Bytes);
    }
}
