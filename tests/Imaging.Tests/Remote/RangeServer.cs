using System.Net;
using System.Net.Sockets;

namespace Swath.Imaging.Tests.Remote;

/// <summary>A web server on loopback that answers as the test says; by default, ranges of one content under every path.</summary>
internal sealed class RangeServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _content;
    private int _requests;
    private long _bytesSent;

    public RangeServer(byte[] content)
    {
        _content = content;

        // The port is free when it is asked for; HttpListener takes no 0.
        for (var tries = 0; ; tries++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Port = ((IPEndPoint)probe.LocalEndpoint).Port;
            }

            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
            _listener.Prefixes.Add($"http://localhost:{Port}/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 20)
            {
            }
        }

        _ = Task.Run(ServeAsync);
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}/folder/image.tif";

    public int Requests => Volatile.Read(ref _requests);

    public long BytesSent => Volatile.Read(ref _bytesSent);

    public string ETag { get; set; } = "\"1\"";

    /// <summary>Answers instead of the content; returns false to leave it to the content.</summary>
    public Func<HttpListenerContext, Task<bool>> Answer { get; set; } = _ => Task.FromResult(false);

    public static Task<bool> Status(HttpListenerContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Close();
        return Task.FromResult(true);
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _requests);
            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            if (!await Answer(context))
                await SendRangeAsync(context);
        }
        catch (Exception gone) when (gone is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client left, or the test ended.
        }
    }

    private async Task SendRangeAsync(HttpListenerContext context)
    {
        var range = context.Request.Headers["Range"]!["bytes=".Length..].Split('-');
        var from = long.Parse(range[0]);
        var to = Math.Min(long.Parse(range[1]), _content.Length - 1);
        context.Response.Headers["ETag"] = ETag;
        if (from >= _content.Length)
        {
            await Status(context, 416);
            return;
        }

        context.Response.StatusCode = 206;
        context.Response.Headers["Content-Range"] = $"bytes {from}-{to}/{_content.Length}";
        context.Response.ContentLength64 = to - from + 1;
        Interlocked.Add(ref _bytesSent, to - from + 1);
        await context.Response.OutputStream.WriteAsync(_content.AsMemory((int)from, (int)(to - from + 1)));
        context.Response.Close();
    }
}
