using System.Runtime.InteropServices;

namespace Swath.Access.Files;

/// <summary>What a path leads to: which file, under whatever name, and of what kind. Linux only: elsewhere nothing is known.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file in it: two names with one inode on one device are one file.</param>
/// <param name="Kind">What it is.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode, FileKind Kind)
{
    // struct statx and its constants, the same on every architecture: https://man7.org/linux/man-pages/man2/statx.2.html
    private const int CurrentFolder = -100;
    private const uint TypeAndInode = 0x101;
    private const int StructureBytes = 256;
    private const int ModeAt = 28, InodeAt = 32, DeviceAt = 136;

    /// <summary>Follows links; null where there is nothing, where it may not be looked at, or where this system can't tell.</summary>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[StructureBytes];
        if (statx(CurrentFolder, path, 0, TypeAndInode, ref MemoryMarshal.GetReference(answer)) != 0)
            return null;
        return new FileIdentity(
            MemoryMarshal.Read<ulong>(answer[DeviceAt..]),
            MemoryMarshal.Read<ulong>(answer[InodeAt..]),
            (MemoryMarshal.Read<ushort>(answer[ModeAt..]) & 0xF000) switch
            {
                0x8000 => FileKind.Regular,
                0x4000 => FileKind.Folder,
                0x2000 or 0x6000 => FileKind.Device,
                0x1000 => FileKind.Pipe,
                0xC000 => FileKind.Socket,
                _ => FileKind.Other,
            });
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, ref byte answer);
}
