using Amazon.S3;

namespace Swath.Worker.Sinks.S3;

/// <summary>The client, made when it is first needed: a worker without such outputs needs no region and no credentials.</summary>
internal sealed class S3Connection(Func<AmazonS3Config> configure) : IDisposable
{
    // A failure to make it is not kept: the region may be found at the next try.
    private readonly Lazy<AmazonS3Client> _client = new(() => new AmazonS3Client(WithPathStyle(configure)), LazyThreadSafetyMode.PublicationOnly);

    public AmazonS3Client Client => _client.Value;

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    // AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is set: what listens there answers to its own host's name, rarely to one with a bucket before it.
    // Asked of another configuration: one that is asked before it knows its region forgets the address when it finds it.
    private static AmazonS3Config WithPathStyle(Func<AmazonS3Config> configure)
    {
        var config = configure();
        config.ForcePathStyle |= !string.IsNullOrEmpty(configure().ServiceURL);
        return config;
    }
}
