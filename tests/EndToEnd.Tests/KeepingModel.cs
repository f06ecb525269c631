using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Swath.EndToEnd.Tests;

/// <summary>A model in the test's own process that keeps every tile that it is sent, and sees nothing in them, or always the same.</summary>
internal sealed class KeepingModel : IAsyncDisposable
{
    private readonly byte[] _answer;
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly ConcurrentQueue<byte[]> _tiles = [];

    /// <param name="features">GeoJSON features, in pixels of the tile, that each answer has.</param>
    public KeepingModel(string features = "")
    {
        _answer = System.Text.Encoding.UTF8.GetBytes($$"""{"type":"FeatureCollection","features":[{{features}}]}""");
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/invocations/";
        }

        _listener.Prefixes.Add(Url);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url { get; }

    /// <summary>The tiles that came since this was asked for last.</summary>
    public IReadOnlyList<byte[]> Take()
    {
        List<byte[]> taken = [];
        while (_tiles.TryDequeue(out var tile))
            taken.Add(tile);
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var tile = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(tile);
        _tiles.Enqueue(tile.ToArray());
        context.Response.ContentType = "application/geo+json";
        await context.Response.OutputStream.WriteAsync(_answer);
        context.Response.Close();
    }
}
