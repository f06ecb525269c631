using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Swath.Endpoints.Aws;

namespace Swath.Worker.Sinks.S3;

/// <summary>
/// One object on its way to S3: whole, or in parts once there is too much to hold. Needs s3:PutObject and s3:AbortMultipartUpload. Whoever owns the
/// bucket owns what is written to it, also from another account.
/// </summary>
internal sealed class S3Upload(string bucket, string key, S3Connection connection, int partBytes) : IAsyncDisposable
{
    private const string ContentType = "application/geo+json";

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    private const int MostParts = 10_000;

    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(10);

    private readonly List<PartETag> _parts = [];
    private string? _uploadId;

    /// <summary>Begins an upload in parts, of which nothing is seen until it is completed.</summary>
    /// <exception cref="SinkException">S3 refused it.</exception>
    public Task BeginAsync(CancellationToken cancellationToken) => CallAsync(() => EnsureBegunAsync(cancellationToken), cancellationToken);

    /// <summary>Sends what is full, in parts that travel at the same time; more must follow.</summary>
    /// <param name="data">A multiple of the size of a part; read until the call ends.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="SinkException">S3 refused it.</exception>
    public Task SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        CallAsync(() => SendPartsAsync(data, cancellationToken), cancellationToken);

    /// <summary>Sends the rest and makes the object visible.</summary>
    /// <exception cref="SinkException">S3 refused it.</exception>
    public Task CompleteAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken) => CallAsync(
        async () =>
        {
            if (_uploadId is null)
            {
                await PutAsync(rest, cancellationToken);
                return;
            }

            await SendPartsAsync(rest, cancellationToken);
            await connection.Client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = _uploadId, PartETags = _parts }, cancellationToken);
            _uploadId = null;
        },
        cancellationToken);

    /// <summary>Gives up what was begun: parts that nobody completes are stored, and paid for, until they are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_uploadId is null)
            return;
        // The work's own token may be cancelled already; the process may be about to end.
        using var patience = new CancellationTokenSource(AbortTime);
        try
        {
            await connection.Client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = _uploadId }, patience.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException || AwsFailures.IsExpected(failure, CancellationToken.None))
        {
            // What failed before was reported. A lifecycle rule of the bucket removes what is left (docs/results.md).
        }

        _uploadId = null;
    }

    private Task<PutObjectResponse> PutAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => connection.Client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket,
            Key = key,
            InputStream = StreamOf(data),
            ContentType = ContentType,
            CannedACL = S3CannedACL.BucketOwnerFullControl,
        },
        cancellationToken);

    private async Task EnsureBegunAsync(CancellationToken cancellationToken) =>
        _uploadId ??= (await connection.Client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = bucket, Key = key, ContentType = ContentType, CannedACL = S3CannedACL.BucketOwnerFullControl },
            cancellationToken)).UploadId;

    private async Task SendPartsAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await EnsureBegunAsync(cancellationToken);
        var sending = new List<Task<PartETag>>();
        for (var at = 0; at < data.Length; at += partBytes)
            sending.Add(SendPartAsync(_parts.Count + sending.Count + 1, data.Slice(at, Math.Min(partBytes, data.Length - at)), cancellationToken));
        // All of them, also when one fails: they read the caller's memory.
        _parts.AddRange(await Task.WhenAll(sending));
    }

    private async Task<PartETag> SendPartAsync(int number, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (number > MostParts)
            throw new SinkException($"The output s3://{bucket}/{key} can't be written: it has more than {MostParts} parts of {partBytes} bytes. Cut the image into several jobs.");
        var part = await connection.Client.UploadPartAsync(
            new UploadPartRequest { BucketName = bucket, Key = key, UploadId = _uploadId, PartNumber = number, InputStream = StreamOf(data), PartSize = data.Length },
            cancellationToken);
        return new PartETag(part);
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> data) => MemoryMarshal.TryGetArray(data, out var segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(data.ToArray(), writable: false);

    private async Task CallAsync(Func<Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call();
        }
        catch (Exception failure) when (AwsFailures.IsExpected(failure, cancellationToken))
        {
            throw new SinkException($"The output s3://{bucket}/{key} can't be written: {AwsFailures.Describe(failure)} {Advice(failure)}", failure);
        }
    }

    private static string Advice(Exception failure) => (failure as AmazonServiceException)?.ErrorCode switch
    {
        "NoSuchBucket" => "Create the bucket, or check its name and AWS_REGION.",
        "AccessDenied" => "Allow s3:PutObject, s3:PutObjectAcl and s3:AbortMultipartUpload on it.",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" => "The bucket is in another region: set AWS_REGION to it.",
        _ => "Check the bucket, AWS_REGION, AWS_ENDPOINT_URL and the credentials.",
    };
}
