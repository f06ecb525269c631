using System.Buffers;
using Amazon.Runtime;
using Swath.Contracts;

namespace Swath.Worker.Sinks.S3;

/// <summary>
/// Writes a FeatureCollection to <c>prefix/jobId.geojson</c>. S3 shows an object whole or not at all: a small result is put at once, a large one
/// travels in the parts of a multipart upload, which is completed at the end or aborted. Doing it again replaces the object by an equal one.
/// </summary>
internal sealed class S3Sink(string bucket, string? prefix, string jobId, S3Connection connection, S3Sizes sizes) : IFeatureSink
{
    private const int FirstBufferBytes = 1 << 20;

    private readonly string _key = KeyOf(prefix, jobId);
    private byte[] _buffer = [];
    private int _length;
    private S3Upload? _upload;
    private bool _any;

    public string Name => $"s3://{bucket}/{_key}";

    /// <summary>The object that a job's result becomes.</summary>
    public static string KeyOf(string? prefix, string jobId)
    {
        var folder = prefix?.TrimEnd('/');
        return string.IsNullOrEmpty(folder) ? $"{jobId}.geojson" : $"{folder}/{jobId}.geojson";
    }

    /// <summary>Begins an upload in parts and gives it up: that needs the permissions that writing needs, and shows nothing to anybody.</summary>
    public async Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken)
    {
        try
        {
            await using var upload = new S3Upload(bucket, _key, connection, sizes.PartBytes);
            await upload.BeginAsync(cancellationToken);
            return null;
        }
        catch (SinkException refused)
        {
            return (refused.InnerException as AmazonServiceException)?.ErrorCode switch
            {
                "NoSuchBucket" or "InvalidBucketName" => new OutputProblem(refused.Message, HoldsEverywhere: true),
                "AccessDenied" or "AllAccessDisabled" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "PermanentRedirect" or "IllegalLocationConstraintException" =>
                    new OutputProblem(refused.Message, HoldsEverywhere: false),
                _ => null,
            };
        }
    }

    public async Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        _upload = new S3Upload(bucket, _key, connection, sizes.PartBytes);
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        await AppendAsync(FeatureCollectionText.Head(summary), cancellationToken);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
    {
        await AppendAsync(FeatureCollectionText.Before(isFirst: !_any), cancellationToken);
        await AppendAsync(feature, cancellationToken);
        _any = true;
    }

    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        await AppendAsync(FeatureCollectionText.Tail, cancellationToken);
        await Upload().CompleteAsync(_buffer.AsMemory(0, _length), cancellationToken);
        return Name;
    }

    public async ValueTask DisposeAsync()
    {
        if (_upload is not null)
            await _upload.DisposeAsync();
        _upload = null;
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private S3Upload Upload() => _upload ?? throw new InvalidOperationException("The sink is not open.");

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        while (text.Length > 0)
        {
            // Only when more follows: a result that fills the buffer exactly is still one request.
            if (_length == sizes.BufferBytes)
            {
                await Upload().SendAsync(_buffer.AsMemory(0, _length), cancellationToken);
                _length = 0;
            }

            var count = Math.Min(text.Length, sizes.BufferBytes - _length);
            EnsureRoom(_length + count);
            text[..count].CopyTo(_buffer.AsMemory(_length));
            _length += count;
            text = text[count..];
        }
    }

    private void EnsureRoom(int length)
    {
        if (length <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(sizes.BufferBytes, Math.Max(length, 2 * _buffer.Length)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
