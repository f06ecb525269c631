using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>The client, made when it is first needed: a host without such outputs needs no region and no credentials.</summary>
internal sealed class KinesisStreams(Func<KinesisConfig> configure) : IKinesisStreams, IDisposable
{
    // A failure to make it is not kept: the region may be found at the next try.
    private readonly Lazy<KinesisClient> _client = new(() => new KinesisClient(configure()), LazyThreadSafetyMode.PublicationOnly);

    public Task<IReadOnlyList<PutRecordOutcome>> PutRecordsAsync(string stream, IReadOnlyList<KinesisRecord> records, CancellationToken cancellationToken) =>
        _client.Value.PutRecordsAsync(stream, records, cancellationToken);

    public async Task<bool> ExistsAsync(string stream, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Value.DescribeAsync(stream, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmazonServiceException refusal) when (refusal.ErrorCode == "ResourceNotFoundException")
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
