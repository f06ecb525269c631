using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Swath.Imaging;

namespace Swath.Host.SampleModels;

/// <summary>
/// A model endpoint on loopback: POST /invocations takes a tile in any format that GDAL reads and answers a FeatureCollection
/// in pixels of the tile; GET /ping answers 200. Every model takes <c>?delay=</c> milliseconds, to stand for a slower one.
/// </summary>
internal sealed class SampleModelServer : IAsyncDisposable
{
    private const long MostTileBytes = 1L << 30;

    private readonly WebApplication _app;
    private readonly SampleModelOptions _options;
    private readonly TimeProvider _time;
    private int _inFlight;
    private int _mostInFlight;
    private int _requests;

    private SampleModelServer(WebApplication app, SampleModelOptions options, TimeProvider time) =>
        (_app, _options, _time) = (app, options, time);

    /// <summary>What a request names as its endpoint: <c>http://127.0.0.1:PORT/invocations</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Invocations until now.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The most invocations that ran at once.</summary>
    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SampleModelServer> StartAsync(
        SampleModelOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.Limits.MaxRequestBodySize = MostTileBytes;
            kestrel.AddServerHeader = false;
        });
        var app = builder.Build();
        var server = new SampleModelServer(app, options, time ?? TimeProvider.System);
        app.MapGet("/ping", () => Results.Ok());
        app.MapPost("/invocations", server.CountAsync);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        server.Url = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First() + "/invocations";
        return server;
    }

    /// <summary>Runs until the token is cancelled or the process is asked to stop.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Requests that hang on purpose must not hold up the end.
        await _app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext context)
    {
        var request = Interlocked.Increment(ref _requests) - 1;
        var inFlight = Interlocked.Increment(ref _inFlight);
        for (var most = MostInFlight; inFlight > most; most = MostInFlight)
            Interlocked.CompareExchange(ref _mostInFlight, inFlight, most);
        try
        {
            await InvokeAsync(context, request).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task InvokeAsync(HttpContext context, int request)
    {
        var cancellationToken = context.RequestAborted;
        if (int.TryParse(context.Request.Query["delay"], NumberStyles.None, CultureInfo.InvariantCulture, out var delay))
            await Task.Delay(TimeSpan.FromMilliseconds(delay), _time, cancellationToken).ConfigureAwait(false);
        if (_options.Latency > TimeSpan.Zero)
            await Task.Delay(_options.Latency, _time, cancellationToken).ConfigureAwait(false);
        using var body = await TileBody.ReadAsync(context.Request, cancellationToken).ConfigureAwait(false);
        if (ChosenFailures.Fails(_options.Seed, request, _options.FailRate))
        {
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, $"Request {request} fails on purpose (--fail-rate).").ConfigureAwait(false);
            return;
        }

        if (_options.Model == SampleModel.Failure
            && await FailureModel.TryFailAsync(context, request, _time, cancellationToken).ConfigureAwait(false))
            return;

        using var answer = new ModelAnswer();
        try
        {
            Answer(context.Request, TileDecoder.Decode(body.Memory), answer);
        }
        catch (ImageException unreadable)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"The tile can't be read: {unreadable.Message}").ConfigureAwait(false);
            return;
        }
        catch (NotSupportedException unsupported)
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, unsupported.Message).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/geo+json";
        var json = answer.Finish();
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
    }

    private void Answer(HttpRequest request, RasterBuffer tile, ModelAnswer answer)
    {
        switch (_options.Model)
        {
            case SampleModel.Detector:
                DetectorModel.Answer(tile, answer);
                break;
            case SampleModel.Flood:
                var asked = int.TryParse(request.Query["count"], NumberStyles.None, CultureInfo.InvariantCulture, out var count);
                FloodModel.Answer(tile, asked ? count : _options.FloodCount, answer);
                break;
            default:
                answer.AddPoint(tile.Width / 2.0, tile.Height / 2.0, "center", 1);
                break;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new Refusal(reason), context.RequestAborted);
    }

    private sealed record Refusal(string Error);
}
