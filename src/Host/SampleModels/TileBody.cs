using System.Buffers;

namespace Swath.Host.SampleModels;

/// <summary>A request's body in a rented buffer.</summary>
internal sealed class TileBody : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1 << 20);
    private int _length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    public static async Task<TileBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new TileBody();
        try
        {
            if (request.ContentLength is { } length)
                body.Grow((int)Math.Min(length + 1, Array.MaxLength));
            int read;
            while ((read = await request.Body.ReadAsync(body._bytes.AsMemory(body._length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                body._length += read;
                if (body._length == body._bytes.Length)
                    body.Grow((int)Math.Min(body._bytes.Length * 2L, Array.MaxLength));
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        var bytes = _bytes;
        (_bytes, _length) = ([], 0);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Grow(int capacity)
    {
        if (capacity <= _bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
