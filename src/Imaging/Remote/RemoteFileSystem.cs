using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Swath.Imaging.Native;

namespace Swath.Imaging.Remote;

/// <summary>
/// GDAL's view of remote files: <c>/vsiswath/NUMBER/name</c>, where only numbers that Swath gave out exist. See cpl_vsi.h of GDAL,
/// VSIInstallPluginHandler.
/// </summary>
internal static unsafe class RemoteFileSystem
{
    private const string Prefix = "/vsiswath/";
    private const int FromStart = 0, FromHere = 1, FromEnd = 2;

    private static readonly ConcurrentDictionary<long, RemoteFile> Files = new();
    private static readonly ConcurrentDictionary<nint, OpenFile> Open = new();
    private static readonly Lazy<bool> Installed = new(Install);
    private static long _lastNumber;

    /// <summary>Lets GDAL open the file under the path that is returned, until <see cref="Remove"/>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="extension">Letters that GDAL may look at, such as <c>tif</c>.</param>
    public static string Add(RemoteFile file, string extension)
    {
        _ = Installed.Value;
        var number = Interlocked.Increment(ref _lastNumber);
        Files[number] = file;
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}/image.{extension}");
    }

    public static void Remove(string path) => Files.TryRemove(NumberOf(path.AsSpan(Prefix.Length)), out _);

    private static long NumberOf(ReadOnlySpan<char> path) => path.IndexOf('/') is > 0 and var end && path[end..].StartsWith("/image.", StringComparison.Ordinal)
        && long.TryParse(path[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static bool Install()
    {
        var callbacks = (Callbacks*)Gdal.VSIAllocFilesystemPluginCallbacksStruct();
        callbacks->Open = &OnOpen;
        callbacks->Tell = &OnTell;
        callbacks->Seek = &OnSeek;
        callbacks->Read = &OnRead;
        callbacks->ReadMultiRange = &OnReadMultiRange;
        callbacks->Eof = &OnEof;
        callbacks->Close = &OnClose;

        // GDAL keeps the prefix's pointer: it must stay.
        _ = Gdal.VSIInstallPluginHandler((byte*)Marshal.StringToCoTaskMemUTF8(Prefix), (nint)callbacks);
        Gdal.VSIFreeFilesystemPluginCallbacksStruct((nint)callbacks);
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnOpen(nint user, byte* name, byte* access)
    {
        if (!Files.TryGetValue(NumberOf(Gdal.Text(name)), out var file) || access == null || *access != (byte)'r' || Gdal.Text(access)!.Contains('+', StringComparison.Ordinal))
            return 0;
        var handle = (nint)Interlocked.Increment(ref _lastNumber);
        Open[handle] = new OpenFile(file);
        return handle;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static ulong OnTell(nint handle) => (ulong)Open[handle].Position;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSeek(nint handle, ulong offset, int origin)
    {
        var open = Open[handle];
        try
        {
            open.Position = origin switch
            {
                FromStart => (long)offset,
                FromHere => open.Position + (long)offset,
                FromEnd => open.File.Length + (long)offset,
                _ => -1,
            };
            open.AtEnd = false;
            return open.Position >= 0 ? 0 : -1;
        }
        catch (Exception failed)
        {
            open.File.Failure = failed;
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint OnRead(nint handle, void* buffer, nuint size, nuint count)
    {
        var open = Open[handle];
        try
        {
            if (size == 0 || count == 0)
                return 0;
            var wanted = checked((long)size * (long)count);
            long done = 0;
            while (done < wanted)
            {
                var got = open.File.Read(open.Position, new Span<byte>((byte*)buffer + done, (int)Math.Min(wanted - done, 1 << 30)));
                if (got == 0)
                    break;
                open.Position += got;
                done += got;
            }

            open.AtEnd = done < wanted;
            return (nuint)done / size;
        }
        catch (Exception failed)
        {
            open.File.Failure = failed;
            return 0;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnReadMultiRange(nint handle, int ranges, void** data, ulong* offsets, nuint* sizes)
    {
        var file = Open[handle].File;
        try
        {
            file.Prepare(Enumerable.Range(0, ranges).Select(i => ((long)offsets[i], (long)sizes[i])).ToList());
            for (var i = 0; i < ranges; i++)
            {
                if (file.Read((long)offsets[i], new Span<byte>(data[i], checked((int)sizes[i]))) != (int)sizes[i])
                    return -1;
            }

            return 0;
        }
        catch (Exception failed)
        {
            file.Failure = failed;
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnEof(nint handle) => Open[handle].AtEnd ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClose(nint handle) => Open.TryRemove(handle, out _) ? 0 : -1;

    private sealed class OpenFile(RemoteFile file)
    {
        public RemoteFile File { get; } = file;

        public long Position { get; set; }

        public bool AtEnd { get; set; }
    }

    /// <summary>VSIFilesystemPluginCallbacksStruct; releases add members at its end only, and GDAL allocates it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Callbacks
    {
        public nint UserData, Stat, Unlink, Rename, MakeDirectory, RemoveDirectory, ReadDirectory;
        public delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint> Open;
        public delegate* unmanaged[Cdecl]<nint, ulong> Tell;
        public delegate* unmanaged[Cdecl]<nint, ulong, int, int> Seek;
        public delegate* unmanaged[Cdecl]<nint, void*, nuint, nuint, nuint> Read;
        public delegate* unmanaged[Cdecl]<nint, int, void**, ulong*, nuint*, int> ReadMultiRange;
        public nint GetRangeStatus;
        public delegate* unmanaged[Cdecl]<nint, int> Eof;
        public nint Write, Flush, Truncate;
        public delegate* unmanaged[Cdecl]<nint, int> Close;
    }
}
