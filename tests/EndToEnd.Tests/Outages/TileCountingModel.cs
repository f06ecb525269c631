using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Swath.Imaging;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>
/// A model in the test's own process that sees one point in the middle of each tile and remembers when it was asked for which: a tile's first
/// three pixels say its column, its row and its job (<see cref="MarkedJob"/>).
/// </summary>
internal sealed class TileCountingModel : LoopbackServer
{
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentQueue<(MarkedTile Tile, long At)> _asked = new();

    public new string Url => base.Url + "/invocations/";

    /// <summary>Every request until now, with the moment it came (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public IReadOnlyList<(MarkedTile Tile, long At)> Asked => [.. _asked];

    protected override async Task AnswerAsync(HttpContext context)
    {
        try
        {
            var tile = TileDecoder.Decode(await BodyAsync(context));
            _asked.Enqueue((new MarkedTile(tile.Pixels[2], tile.Pixels[0], tile.Pixels[1]), Stopwatch.GetTimestamp()));
            await Task.Delay(Thought, TimeProvider.System, context.RequestAborted);
            var answer = $"{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{tile.Width / 2},{tile.Height / 2}]}},\"properties\":{{}}}}]}}";
            await context.Response.WriteAsync(answer, context.RequestAborted);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The worker gave up.
        }
    }
}
