using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Looks at a JPEG file's markers (ITU-T T.81, annex B) without decoding it.</summary>
internal sealed class JpegStream
{
    private const int Chunk = 1 << 16;
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    private readonly VirtualFile _file;
    private readonly byte[] _chunk = new byte[Chunk];
    private ulong _chunkStart;
    private int _at, _length;

    private JpegStream(VirtualFile file) => _file = file;

    /// <summary>True when the file has the marker that ends the picture behind its first scan. Markers inside of segments are passed over.</summary>
    public static bool HasEnd(string resolved)
    {
        using var file = VirtualFile.Open(resolved);
        return file is not null && new JpegStream(file).HasEnd();
    }

    private bool HasEnd()
    {
        var scanned = false;
        for (int marker; (marker = NextMarker()) >= 0;)
        {
            if (marker == EndOfImage && scanned)
                return true;
            scanned |= marker == StartOfScan;

            // Escaped data, restarts and the two ends have no length.
            if (marker is 0 or 0x01 or (>= 0xD0 and <= 0xD7) or StartOfImage or EndOfImage)
                continue;
            int high = Next(), low = Next();
            if (low < 0)
                return false;
            Skip(Math.Max(0, ((high << 8) | low) - 2));
        }

        return false;
    }

    // The byte behind the next FF and any that fill; -1 at the end of the file.
    private int NextMarker()
    {
        int next;
        do
            next = Next();
        while (next is >= 0 and not 0xFF);
        while (next == 0xFF)
            next = Next();
        return next;
    }

    private int Next()
    {
        if (_at == _length)
        {
            (_chunkStart, _at) = (_chunkStart + (ulong)_length, 0);
            _length = _file.Read(_chunkStart, _chunk);
            if (_length <= 0)
                return -1;
        }

        return _chunk[_at++];
    }

    private void Skip(int count)
    {
        while (count-- > 0 && Next() >= 0)
        {
        }
    }
}
