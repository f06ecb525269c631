using System.Buffers;

namespace Swath.Imaging.Encoding;

/// <summary>A stream that writes into a pooled array and grows it.</summary>
internal sealed class PooledBuffer(int capacity) : Stream
{
    private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 256));
    private int _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    /// <summary>What was written so far.</summary>
    public Span<byte> Written => Bytes.AsSpan(0, _length);

    private byte[] Bytes => _bytes ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    /// <summary>Room for <paramref name="count"/> bytes, counted as written.</summary>
    public Span<byte> Append(int count)
    {
        if (Bytes.Length - _length < count)
            Grow(count);
        var room = Bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }

    /// <summary>Hands the array to the caller, who returns it to the pool.</summary>
    public byte[] Detach(out int length)
    {
        length = _length;
        var bytes = Bytes;
        _bytes = null;
        return bytes;
    }

    public override void Write(ReadOnlySpan<byte> buffer) => buffer.CopyTo(Append(buffer.Length));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Append(1)[0] = value;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }

        base.Dispose(disposing);
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked((int)Math.Min(Array.MaxLength, Math.Max((long)_length + count, 2L * Bytes.Length))));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(Bytes);
        _bytes = larger;
    }
}
