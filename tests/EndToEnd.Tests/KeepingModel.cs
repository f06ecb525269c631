using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.EndToEnd.Tests;

/// <summary>A model in the test's own process that keeps every tile that it is sent, and sees nothing in them, or always the same.</summary>
/// <param name="features">GeoJSON features, in pixels of the tile, that each answer has.</param>
internal sealed class KeepingModel(string features = "") : LoopbackServer
{
    private readonly ConcurrentQueue<byte[]> _tiles = [];

    public new string Url => base.Url + "/invocations/";

    /// <summary>The tiles that came since this was asked for last.</summary>
    public IReadOnlyList<byte[]> Take()
    {
        List<byte[]> taken = [];
        while (_tiles.TryDequeue(out var tile))
            taken.Add(tile);
        return taken;
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        _tiles.Enqueue(await BodyAsync(context));
        context.Response.ContentType = "application/geo+json";
        await context.Response.WriteAsync($$"""{"type":"FeatureCollection","features":[{{features}}]}""");
    }
}
