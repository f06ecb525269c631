using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Swath.Endpoints.Tests.Http;

/// <summary>A real server on loopback whose answers the test decides, by the number of the request (0, 1, ...).</summary>
internal sealed class StandInModel : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private StandInModel(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<StandInModel> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var model = new StandInModel(app);
        app.Run(context => answer(context, Interlocked.Increment(ref model._requests) - 1));
        await app.StartAsync();
        model.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/invocations";
        return model;
    }

    public static Task<StandInModel> AnsweringAsync(string json) => StartAsync((context, _) => context.Response.WriteAsync(json));

    public static Task<StandInModel> AnsweringAsync(int status, string body) => StartAsync((context, _) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
