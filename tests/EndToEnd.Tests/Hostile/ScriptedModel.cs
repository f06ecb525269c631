using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Hostile;

/// <summary>A model in the test's own process that gives every tile the same answer.</summary>
internal sealed class ScriptedModel(string answer) : LoopbackServer
{
    public new string Url => base.Url + "/invocations/";

    protected override async Task AnswerAsync(HttpContext context)
    {
        await BodyAsync(context);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer);
    }
}
