using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>
/// A model in the test's own process that sees one point in the middle of each tile and remembers when it was asked for which: a tile's first
/// three pixels say its column, its row and its job (<see cref="MarkedJob"/>).
/// </summary>
internal sealed class TileCountingModel : IAsyncDisposable
{
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(300);

    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly ConcurrentQueue<(MarkedTile Tile, long At)> _asked = new();

    public TileCountingModel()
    {
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

    /// <summary>Every request until now, with the moment it came (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public IReadOnlyList<(MarkedTile Tile, long At)> Asked => [.. _asked];

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
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var tile = TileDecoder.Decode(body.ToArray());
            _asked.Enqueue((new MarkedTile(tile.Pixels[2], tile.Pixels[0], tile.Pixels[1]), Stopwatch.GetTimestamp()));
            await Task.Delay(Thought, TimeProvider.System);
            var answer = $"{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{tile.Width / 2},{tile.Height / 2}]}},\"properties\":{{}}}}]}}";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The worker gave up.
        }
    }
}
