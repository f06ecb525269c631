using System.Globalization;
using System.Runtime.InteropServices;

namespace Swath.Persistence.Embedded;

/// <summary>
/// What the caller of this process left open, a lock in a shell script perhaps. The server outlives what started it and would hold it on: it must not inherit it.
/// </summary>
internal static partial class InheritedDescriptors
{
    private const string Folder = "/proc/self/fd";

    // fcntl.h, the same on every Linux.
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>From now on no child of this process inherits a descriptor above 2. Does nothing where /proc is not.</summary>
    public static void CloseInChildren()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Folder))
            return;
        foreach (var entry in Directory.EnumerateFileSystemEntries(Folder))
        {
            // One that is closed by now refuses, and that is well.
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) && descriptor > 2)
                _ = Fcntl(descriptor, SetFlags, CloseOnExec);
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int descriptor, int command, int argument);
}
