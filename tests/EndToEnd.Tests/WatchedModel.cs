using System.Net;
using System.Net.Sockets;

namespace Swath.EndToEnd.Tests;

/// <summary>A model in the test's own process that takes a while and knows how many requests it has at this moment.</summary>
internal sealed class WatchedModel : IAsyncDisposable
{
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(200);
    private static readonly byte[] Nothing = """{"type":"FeatureCollection","features":[]}"""u8.ToArray();

    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly Lock _lock = new();
    private TaskCompletionSource _idle = new();
    private int _inFlight;
    private int _requests;

    public WatchedModel()
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

    /// <summary>How many requests it has got in all.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Ends when no request is under way: while a job runs, each answer is followed by the next request before the others have ended.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
        {
            if (_inFlight > 0 && _idle.Task.IsCompleted)
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _inFlight == 0 ? Task.CompletedTask : _idle.Task;
        }
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
        Interlocked.Increment(ref _requests);
        lock (_lock)
            _inFlight++;
        try
        {
            await context.Request.InputStream.CopyToAsync(Stream.Null);
            await Task.Delay(Thought, TimeProvider.System);
            await context.Response.OutputStream.WriteAsync(Nothing);
            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The worker gave up.
        }
        finally
        {
            lock (_lock)
            {
                if (--_inFlight == 0)
                    _idle.TrySetResult();
            }
        }
    }
}
