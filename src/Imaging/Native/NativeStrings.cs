using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>A null-terminated array of UTF-8 strings (GDAL's <c>char**</c>), for the length of a call.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** _items;
    private readonly int _count;

    public NativeStrings(params IReadOnlyList<string> items)
    {
        _count = items.Count;
        _items = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
            _items[i] = (byte*)Marshal.StringToCoTaskMemUTF8(items[i]);
    }

    public byte** Pointer => _items;

    /// <summary>Copies a list that GDAL keeps; null is empty.</summary>
    public static List<string> Read(byte** list)
    {
        List<string> items = [];
        for (; list != null && *list != null; list++)
            items.Add(Gdal.Text(*list)!);
        return items;
    }

    public void Dispose()
    {
        if (_items == null)
            return;
        for (var i = 0; i < _count; i++)
            Marshal.FreeCoTaskMem((nint)_items[i]);
        NativeMemory.Free(_items);
        _items = null;
    }
}
