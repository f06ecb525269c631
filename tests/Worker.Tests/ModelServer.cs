using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Swath.Contracts;
using Swath.Testing;

namespace Swath.Worker.Tests;

/// <summary>A real HTTP model on loopback. What it answers, and when, is the test's to say; what it was asked is written down.</summary>
internal sealed class ModelServer : LoopbackServer
{
    private int _inFlight;
    private int _most;
    private readonly Lock _gate = new();
    private readonly List<(int Times, TaskCompletionSource Reached)> _awaited = [];
    private int _asked;

    /// <summary>Answers a tile, by its number from 1: status and body. The default is one box per tile.</summary>
    public Func<int, Task<(int Status, string Body)>> Answer { get; set; } = _ => Task.FromResult((200, Box(10, 10, 20, 20)));

    public ConcurrentQueue<byte[]> Tiles { get; } = [];

    public int MostInFlight => _most;

    public ModelEndpoint Endpoint => new() { Name = $"{Url}/invocations" };

    /// <summary>Ends when the model has been asked as often as this.</summary>
    public Task AskedAsync(int times)
    {
        lock (_gate)
        {
            if (_asked >= times)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((times, reached));
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        }
    }

    /// <summary>A FeatureCollection with one box per four numbers (left, top, right, bottom in tile pixels).</summary>
    public static string Box(params double[] corners) => Boxes([.. corners.Chunk(4).Select(c => (c, "ship", 0.9))]);

    public static string Boxes(params (double[] Box, string Class, double Score)[] boxes)
    {
        var features = boxes.Select(b => string.Create(CultureInfo.InvariantCulture,
            $$$"""
            {"type":"Feature","geometry":null,"properties":{"imageBBox":[{{{b.Box[0]}}},{{{b.Box[1]}}},{{{b.Box[2]}}},{{{b.Box[3]}}}],
            "featureClasses":[{"iri":"{{{b.Class}}}","score":{{{b.Score}}}}]}}
            """));
        return $$"""{"type":"FeatureCollection","features":[{{string.Join(',', features)}}]}""";
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        var now = Interlocked.Increment(ref _inFlight);
        int seen;
        while ((seen = _most) < now && Interlocked.CompareExchange(ref _most, now, seen) != seen)
        {
        }

        try
        {
            Tiles.Enqueue(await BodyAsync(context));
            var (status, answer) = await Answer(CountAsked());
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private int CountAsked()
    {
        lock (_gate)
        {
            _asked++;
            foreach (var (times, reached) in _awaited)
            {
                if (_asked >= times)
                    reached.TrySetResult();
            }

            return _asked;
        }
    }
}
