using System.Buffers;
using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>A tile as it is sent to a model. Dispose it when the payload is no longer used: its memory goes back to a pool.</summary>
public sealed class EncodedTile : IDisposable
{
    private readonly int _length;
    private byte[]? _buffer;

    internal EncodedTile(byte[] rented, int length, string contentType, PixelWindow window)
    {
        _buffer = rented;
        _length = length;
        ContentType = contentType;
        Window = window;
    }

    /// <summary>The file's bytes; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Payload =>
        (_buffer ?? throw new ObjectDisposedException(nameof(EncodedTile))).AsMemory(0, _length);

    /// <summary>The media type: <c>image/tiff</c>, <c>image/png</c>, <c>image/jpeg</c> or <c>image/nitf</c>.</summary>
    public string ContentType { get; }

    /// <summary>The tile's pixels in the image.</summary>
    public PixelWindow Window { get; }

    /// <summary>Returns the memory; later calls do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
