using System.Net;
using System.Net.Sockets;

namespace Swath.EndToEnd.Tests;

/// <summary>Something on loopback that is nobody's business: it counts who speaks to it.</summary>
internal sealed class CountingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _counting;
    private int _requests;

    public CountingServer()
    {
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/invocations";
        _counting = CountAsync();
    }

    public string Url { get; }

    /// <summary>Connections so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _counting;
    }

    private async Task CountAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _requests);
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
