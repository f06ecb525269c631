using Swath.Testing;

namespace Swath.Host.Tests.Transports;

/// <summary>One broker for the tests of a class; they skip, loudly, where none can be had.</summary>
public sealed class RabbitMqFixture : IAsyncLifetime
{
    private RabbitMqServer? _server;

    public async Task InitializeAsync()
    {
        if (RabbitMqServer.IsInstalled)
            _server = await RabbitMqServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>The broker's address.</summary>
    public Uri Address()
    {
        Skip.If(_server is null, RabbitMqServer.HowToGet);
        return new Uri(_server!.Address);
    }
}
