using System.Runtime.InteropServices;

namespace Swath.Imaging.Tests.Hostile;

/// <summary>Tells which files of a folder anybody opens (inotify(7), Linux only).</summary>
internal sealed unsafe partial class FolderWatch : IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Opened = 0x20, IsFolder = 0x40000000;

    private readonly int _descriptor;

    public FolderWatch(string folder)
    {
        _descriptor = inotify_init1(NonBlocking);
        if (_descriptor < 0 || inotify_add_watch(_descriptor, folder, Opened) < 0)
            throw new InvalidOperationException($"{folder} can't be watched: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>The files that were opened since the last call.</summary>
    public HashSet<string> Take()
    {
        HashSet<string> names = [];
        Span<byte> events = stackalloc byte[64 << 10];
        while (true)
        {
            nint length;
            fixed (byte* target = events)
                length = read(_descriptor, target, (nuint)events.Length);
            if (length <= 0)
                return names;

            // An event: descriptor, mask, cookie, length of the name, name with zeros behind it.
            for (var at = 0; at < length;)
            {
                var mask = BitConverter.ToUInt32(events[(at + 4)..]);
                var nameLength = (int)BitConverter.ToUInt32(events[(at + 12)..]);
                if ((mask & IsFolder) == 0)
                    names.Add(System.Text.Encoding.UTF8.GetString(events.Slice(at + 16, nameLength)).TrimEnd('\0'));
                at += 16 + nameLength;
            }
        }
    }

    public void Dispose() => _ = close(_descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_add_watch(int descriptor, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* target, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
