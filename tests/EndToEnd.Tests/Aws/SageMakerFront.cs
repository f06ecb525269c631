using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>A sample model as SageMaker shows it: DescribeEndpoint and ListTags say that it has one variant, InvokeEndpoint asks it.</summary>
internal sealed class SageMakerFront : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new();
    private readonly string _model;

    private SageMakerFront(WebApplication app, string model) => (_app, _model) = (app, model);

    public string Url { get; private set; } = "";

    /// <summary>As for an account that may describe an endpoint and not list its tags, right after its variant was made, which has no weight yet.</summary>
    public bool SaysLittle { get; init; }

    /// <summary>The variant and the session token of each invocation.</summary>
    public ConcurrentQueue<(string Variant, string Token)> Invocations { get; } = new();

    public static async Task<SageMakerFront> StartAsync(string model, bool saysLittle = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var front = new SageMakerFront(app, model) { SaysLittle = saysLittle };
        app.Run(front.AnswerAsync);
        await app.StartAsync();
        front.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private Task AnswerAsync(HttpContext context) => (context.Request.Path.Value, context.Request.Headers["X-Amz-Target"].ToString()) switch
    {
        ("/", "SageMaker.DescribeEndpoint") => context.Response.WriteAsync(
            $$"""
            {"EndpointName":"ships","EndpointArn":"arn:aws:sagemaker:us-east-1:1:endpoint/ships","EndpointStatus":"InService",
             "ProductionVariants":[{"VariantName":"blue",{{(SaysLittle ? "" : "\"CurrentWeight\":1.0,")}}"CurrentInstanceCount":2}]}
            """),
        ("/", "SageMaker.ListTags") when SaysLittle => RefuseAsync(context, "AccessDeniedException"),
        ("/", "SageMaker.ListTags") => context.Response.WriteAsync("""{"Tags":[]}"""),
        ("/endpoints/ships/invocations", _) => InvokeAsync(context),
        _ => RefuseAsync(context),
    };

    private async Task InvokeAsync(HttpContext context)
    {
        Invocations.Enqueue((context.Request.Headers["X-Amzn-SageMaker-Target-Variant"].ToString(), context.Request.Headers["X-Amz-Security-Token"].ToString()));
        using var tile = new StreamContent(context.Request.Body);
        tile.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
        using var answer = await _client.PostAsync(_model, tile);
        context.Response.StatusCode = (int)answer.StatusCode;
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private static Task RefuseAsync(HttpContext context, string error = "ValidationError")
    {
        context.Response.StatusCode = 400;
        context.Response.Headers["x-amzn-ErrorType"] = error;
        return context.Response.WriteAsync("""{"message":"not found"}""");
    }
}
