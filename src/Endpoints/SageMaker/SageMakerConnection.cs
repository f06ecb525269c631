using System.Collections.Concurrent;
using Amazon.Runtime;

namespace Swath.Endpoints.SageMaker;

/// <summary>The clients, each made when it is first needed: a host that only knows HTTP endpoints needs no region and no credentials.</summary>
internal sealed class SageMakerConnection(Func<SageMakerConfig> configure) : IDisposable
{
    // A failure to make it is not kept: the region may be found at the next try.
    private readonly Lazy<SageMakerClient> _client = new(() => new SageMakerClient(configure()), LazyThreadSafetyMode.PublicationOnly);

    private const int MostRoles = 1000;

    private readonly ConcurrentDictionary<string, Lazy<SageMakerClient>> _ofRoles = new(StringComparer.Ordinal);

    /// <summary>With the process's own credentials.</summary>
    public SageMakerClient Client => _client.Value;

    /// <summary>With the keys of a role. Roles come from requests: beyond a thousand the clients are made anew.</summary>
    public SageMakerClient ClientOf(string role, AWSCredentials credentials)
    {
        if (_ofRoles.Count >= MostRoles)
            _ofRoles.Clear();
        return _ofRoles.GetOrAdd(role, _ => new(() => Make(credentials), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
        foreach (var client in _ofRoles.Values.Where(client => client.IsValueCreated))
            client.Value.Dispose();
    }

    private SageMakerClient Make(AWSCredentials credentials)
    {
        var config = configure();
        config.DefaultAWSCredentials = credentials;
        return new SageMakerClient(config);
    }
}
