using System.Buffers;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Swath.Bench.Tiles;

/// <summary>
/// A model that reads the tile and always answers the same, after as many milliseconds as <c>?delay=</c> says: what is measured is Swath, not a model. It
/// runs in a process of its own.
/// </summary>
internal sealed class TrivialEndpoint : IAsyncDisposable
{
    public const string Verb = "trivial-endpoint";

    private static readonly byte[] Answer =
        """
        {"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"imageBBox":[8,8,16,16],"featureClasses":[{"iri":"x","score":0.5}]}}]}
        """u8.ToArray();

    private readonly Process _process;

    private TrivialEndpoint(Process process, string url)
    {
        _process = process;
        Url = url;
    }

    public string Url { get; }

    /// <summary>Starts the process.</summary>
    public static async Task<TrivialEndpoint> StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(TrivialEndpoint).Assembly.Location);
        start.ArgumentList.Add(Verb);
        var process = Process.Start(start)!;
        var url = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The endpoint's process ended before it listened.");
        return new TrivialEndpoint(process, url);
    }

    /// <summary>Is that process: listens until its standard input closes, which it does when the measuring process ends however it ends.</summary>
    public static async Task<int> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        await using var app = builder.Build();
        app.MapPost("/invocations", AnswerAsync);
        await app.StartAsync();
        Console.WriteLine($"{app.Urls.Single()}/invocations");
        await Console.In.ReadLineAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync();
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        if (int.TryParse(context.Request.Query["delay"], out var delay))
            await Task.Delay(TimeSpan.FromMilliseconds(delay), TimeProvider.System);

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Answer.Length;
        await context.Response.Body.WriteAsync(Answer);
    }
}
