using System.Buffers;

namespace Swath.Endpoints.Http;

/// <summary>An answer's body in a rented buffer; valid until disposed.</summary>
internal sealed class AnswerBuffer : IDisposable
{
    private const int FirstSize = 32 * 1024;

    private byte[] _bytes;
    private int _length;

    private AnswerBuffer(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Reads to the end, but never more than <paramref name="limit"/> bytes, whatever the headers claim.</summary>
    /// <exception cref="InvocationException">The body is larger, or its compression is corrupt.</exception>
    public static async ValueTask<AnswerBuffer> ReadAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > limit)
            throw TooLarge(limit);
        var buffer = new AnswerBuffer((int)Math.Min(limit, announced + 1 ?? FirstSize));
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                await buffer.FillAsync(stream, limit, cancellationToken).ConfigureAwait(false);
            return buffer;
        }
        catch (InvalidDataException corrupt)
        {
            buffer.Dispose();
            throw new InvocationException(
                InvocationFailure.NotJson, retryable: false, $"The answer's compression is corrupt. ({corrupt.Message})", corrupt);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        _length = 0;
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private async ValueTask FillAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _bytes.Length)
                Grow();
            var read = await stream.ReadAsync(_bytes.AsMemory(_length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return;
            _length += read;
            if (_length > limit)
                throw TooLarge(limit);
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, _bytes.Length * 2L));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private static InvocationException TooLarge(int limit) => new(
        InvocationFailure.AnswerTooLarge,
        retryable: false,
        $"The answer is larger than {limit} bytes. If the model means it, raise ENDPOINT_MAX_ANSWER_BYTES or send smaller tiles.");
}
