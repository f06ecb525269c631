using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.Endpoints.Tests.Http;

/// <summary>A real server on loopback whose answers the test decides, by the number of the request (0, 1, ...).</summary>
internal sealed class StandInModel(Func<HttpContext, int, Task> answer) : LoopbackServer
{
    private int _requests;

    public new string Url => base.Url + "/invocations";

    public int Requests => Volatile.Read(ref _requests);

    public static StandInModel Answering(string json) => new((context, _) => context.Response.WriteAsync(json));

    public static StandInModel Answering(int status, string body) => new((context, _) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    protected override Task AnswerAsync(HttpContext context) => answer(context, Interlocked.Increment(ref _requests) - 1);
}
