using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Swath.Testing;

/// <summary>A real web server on loopback, at a port of its own, that listens as soon as it is made. What it answers is its subclass's to say.</summary>
public abstract class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    protected LoopbackServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        _app.Start();
        Url = _app.Urls.Single();
    }

    /// <summary>Scheme, host and port, without a slash at its end.</summary>
    public string Url { get; }

    /// <summary>From now on nobody listens; requests under way are cut off.</summary>
    public Task StopAsync() => _app.StopAsync(new CancellationToken(canceled: true));

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Answers one request; any number come at once.</summary>
    protected abstract Task AnswerAsync(HttpContext context);

    /// <summary>The whole body of a request.</summary>
    protected static async Task<byte[]> BodyAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }
}
