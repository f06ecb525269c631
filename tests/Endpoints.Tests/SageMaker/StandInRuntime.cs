using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>SageMaker's runtime on loopback: refuses what is not signed right, and answers as the test says by the number of the call (0, 1, ...).</summary>
internal sealed class StandInRuntime(Func<HttpContext, int, Task> answer) : LoopbackServer
{
    public const string Region = "eu-central-1";

    /// <summary>Calls that were signed right.</summary>
    public ConcurrentQueue<(string Path, IHeaderDictionary Headers, byte[] Body)> Calls { get; } = new();

    /// <summary>The secret of each key that may sign.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new() { [StandInSageMaker.AccessKey] = StandInSageMaker.Secret };

    /// <summary>As the runtime refuses: the type in a header, with a URL behind it.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["x-amzn-ErrorType"] = type + ":http://internal.amazon.com/coral/com.amazon.sagemaker.runtime/";
        return context.Response.WriteAsync(body);
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        var body = await BodyAsync(context);
        var key = SigV4.KeyOf(context.Request);
        if (SigV4.Problem(context.Request, body, key, Secrets.GetValueOrDefault(key, "?"), Region, "sagemaker", "x-amz-date", "content-type", "accept") is { } problem)
        {
            await RefuseAsync(context, 403, "InvalidSignatureException", $$"""{"message":"{{problem}}"}""");
            return;
        }

        var call = Calls.Count;
        Calls.Enqueue((context.Request.Path.Value!, new HeaderDictionary(context.Request.Headers.ToDictionary()), body));
        await answer(context, call);
    }
}
