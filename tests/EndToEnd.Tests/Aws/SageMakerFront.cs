using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>A sample model as SageMaker shows it: DescribeEndpoint and ListTags say that it has one variant, InvokeEndpoint asks it.</summary>
internal sealed class SageMakerFront(string model) : LoopbackServer
{
    private readonly HttpClient _client = new();

    /// <summary>As for an account that may describe an endpoint and not list its tags, right after its variant was made, which has no weight yet.</summary>
    public bool SaysLittle { get; init; }

    /// <summary>The variant and the session token of each invocation.</summary>
    public ConcurrentQueue<(string Variant, string Token)> Invocations { get; } = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _client.Dispose();
    }

    protected override Task AnswerAsync(HttpContext context) => (context.Request.Path.Value, context.Request.Headers["X-Amz-Target"].ToString()) switch
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
        using var answer = await _client.PostAsync(model, tile);
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
