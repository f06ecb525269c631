using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swath.EndToEnd.Tests.Hostile;

/// <summary>A model in the test's own process that gives every tile the same answer.</summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _answer;
    private readonly Task _serving;

    public ScriptedModel(string answer)
    {
        _answer = Encoding.UTF8.GetBytes(answer);
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
                var context = await _listener.GetContextAsync();
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(_answer);
                context.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening)
                    return;
            }
        }
    }
}
