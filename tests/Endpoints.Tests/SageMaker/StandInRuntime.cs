using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>SageMaker's runtime on loopback: refuses what is not signed right, and answers as the test says by the number of the call (0, 1, ...).</summary>
internal sealed class StandInRuntime : IAsyncDisposable
{
    public const string Region = "eu-central-1";

    private readonly WebApplication _app;
    private readonly Func<HttpContext, int, Task> _answer;

    private StandInRuntime(WebApplication app, Func<HttpContext, int, Task> answer) => (_app, _answer) = (app, answer);

    public string Url { get; private set; } = "";

    /// <summary>Calls that were signed right.</summary>
    public ConcurrentQueue<(string Path, IHeaderDictionary Headers, byte[] Body)> Calls { get; } = new();

    /// <summary>The secret of each key that may sign.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new() { [StandInSageMaker.AccessKey] = StandInSageMaker.Secret };

    public static async Task<StandInRuntime> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new StandInRuntime(app, answer);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>As the runtime refuses: the type in a header, with a URL behind it.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["x-amzn-ErrorType"] = type + ":http://internal.amazon.com/coral/com.amazon.sagemaker.runtime/";
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var key = context.Request.Headers.Authorization.ToString().Split("Credential=")[^1].Split('/')[0];
        string[] signed = ["host", "x-amz-date", "content-type", "accept", .. context.Request.Headers.Keys.Where(IsAmazons).Select(name => name.ToLowerInvariant())];
        if (SigV4.Problem(context.Request, body.ToArray(), key, Secrets.GetValueOrDefault(key, "?"), Region, "sagemaker", signed) is { } problem)
        {
            await RefuseAsync(context, 403, "InvalidSignatureException", $$"""{"message":"{{problem}}"}""");
            return;
        }

        var call = Calls.Count;
        Calls.Enqueue((context.Request.Path.Value!, new HeaderDictionary(context.Request.Headers.ToDictionary()), body.ToArray()));
        await _answer(context, call);
    }

    private static bool IsAmazons(string name) => name.StartsWith("X-Amz", StringComparison.OrdinalIgnoreCase);
}
