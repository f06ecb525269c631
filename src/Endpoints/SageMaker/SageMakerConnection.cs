namespace Swath.Endpoints.SageMaker;

/// <summary>The client, made when it is first needed: a host that only knows HTTP endpoints needs no region and no credentials.</summary>
internal sealed class SageMakerConnection(Func<SageMakerConfig> configure) : IDisposable
{
    // A failure to make it is not kept: the region may be found at the next try.
    private readonly Lazy<SageMakerClient> _client = new(() => new SageMakerClient(configure()), LazyThreadSafetyMode.PublicationOnly);

    public SageMakerClient Client => _client.Value;

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
