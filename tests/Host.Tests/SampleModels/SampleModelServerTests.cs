using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Host.Demo.Scene;
using Swath.Host.SampleModels;

namespace Swath.Host.Tests.SampleModels;

public sealed class SampleModelServerTests
{
    private static readonly PixelWindow Window = new(0, 0, 320, 200);

    [Fact]
    public async Task Ping_Running_AnswersOk()
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions());
        using var client = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(server.Url.Replace("/invocations", "/ping", StringComparison.Ordinal)))).StatusCode);
    }

    [Fact]
    public async Task Invoke_Detector_FindsTheShipInThePng()
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions());
        var tile = new TestTile(320, 200).Add(new Ship(ShipKind.Freighter, new Pose(160, 100, 0.4), 90, 16, UnderWay: false));

        var detection = Assert.Single(await InvokeAsync(server.Url, tile));

        Assert.Equal("ship", detection.TopClass!.Iri);
        Assert.InRange(detection.Bounds.CenterX, 156, 164);
        Assert.InRange(detection.Bounds.CenterY, 96, 104);
        Assert.InRange(detection.Score, 0.5, 1);
    }

    [Fact]
    public async Task Invoke_Centerpoint_IsTheExactMiddle()
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions { Model = SampleModel.Centerpoint });

        var detection = Assert.Single(await InvokeAsync(server.Url, new TestTile(321, 200)));

        Assert.Equal([160.5, 100], detection.Geometry.Coordinates.ToArray());
    }

    [Theory]
    [InlineData("", 1000)]
    [InlineData("?count=37", 37)]
    [InlineData("?count=0", 0)]
    public async Task Invoke_Flood_GivesAsManyAsAsked(string query, int count)
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions { Model = SampleModel.Flood });

        Assert.Equal(count, (await InvokeAsync(server.Url + query, new TestTile(320, 200))).Count);
    }

    [Fact]
    public async Task Invoke_FailRate_FailsTheSameRequestsForTheSameSeed()
    {
        async Task<string> AnswersAsync(int seed)
        {
            await using var server = await SampleModelServer.StartAsync(new SampleModelOptions { Model = SampleModel.Centerpoint, FailRate = 0.3, Seed = seed });
            using var client = new HttpClient();
            var answers = "";
            for (var request = 0; request < 60; request++)
            {
                using var content = new ByteArrayContent(new TestTile(16, 16).Png());
                answers += (await client.PostAsync(new Uri(server.Url), content)).StatusCode == HttpStatusCode.InternalServerError ? "x" : ".";
            }

            return answers;
        }

        var first = await AnswersAsync(1);

        Assert.Equal(first, await AnswersAsync(1));
        Assert.NotEqual(first, await AnswersAsync(2));
        Assert.InRange(first.Count(answer => answer == 'x'), 8, 28);
    }

    [Theory]
    [InlineData("mode=500", InvocationFailure.ServerError)]
    [InlineData("mode=429", InvocationFailure.Throttled)]
    [InlineData("mode=413", InvocationFailure.TileTooLarge)]
    [InlineData("mode=slow", InvocationFailure.TimedOut)]
    [InlineData("mode=drop", InvocationFailure.ConnectionLost)]
    [InlineData("mode=garbage", InvocationFailure.NotJson)]
    [InlineData("mode=empty", InvocationFailure.NotJson)]
    [InlineData("mode=nan", InvocationFailure.NotFinite)]
    [InlineData("mode=shape", InvocationFailure.WrongShape)]
    [InlineData("mode=huge", InvocationFailure.AnswerTooLarge)]
    public async Task Invoke_Failure_FailsAsAskedByQueryOrParameter(string ask, InvocationFailure kind)
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions { Model = SampleModel.Failure });

        var byQuery = await Assert.ThrowsAsync<InvocationException>(() => InvokeAsync(server.Url + "?" + ask, new TestTile(320, 200)));
        var byParameter = await Assert.ThrowsAsync<InvocationException>(() => InvokeAsync(server.Url, new TestTile(320, 200), ask));

        Assert.Equal((kind, kind), (byQuery.Kind, byParameter.Kind));
    }

    [Fact]
    public async Task Invoke_FailureWithProbability_FailsThatPart()
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions { Model = SampleModel.Failure });
        var failed = 0;
        for (var i = 0; i < 20; i++)
        {
            try
            {
                Assert.Single(await InvokeAsync(server.Url + "?mode=500&probability=0.25", new TestTile(64, 64)));
            }
            catch (InvocationException)
            {
                failed++;
            }
        }

        Assert.Equal((5, 20), (failed, server.Requests));
    }

    [Fact]
    public async Task Invoke_NotAnImage_IsRefusedWithTheReason()
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions());
        using var client = new HttpClient();
        using var body = new StringContent("no image");

        var response = await client.PostAsync(new Uri(server.Url), body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("The tile can't be read", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counters_SlowRequestsAtOnce_AreAllInFlight()
    {
        await using var server = await SampleModelServer.StartAsync(new SampleModelOptions { Model = SampleModel.Failure });

        var calls = Enumerable.Range(0, 6).Select(_ => InvokeAsync(server.Url + "?mode=slow", new TestTile(64, 64))).ToArray();
        foreach (var call in calls)
            await Assert.ThrowsAsync<InvocationException>(() => call);

        Assert.Equal((6, 6), (server.Requests, server.MostInFlight));
    }

    private static async Task<IReadOnlyList<Detection>> InvokeAsync(string url, TestTile tile, string? customAttributes = null)
    {
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(new LoggerFactory()).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSwathEndpoints();
        services.Configure<EndpointsOptions>(options => (options.MaxAttempts, options.TimeoutSeconds, options.MaxAnswerBytes) = (1, 8, 8 << 20));
        await using var provider = services.BuildServiceProvider();
        var parameters = new Dictionary<string, string>();
        if (customAttributes is not null)
            parameters["CustomAttributes"] = customAttributes;
        var endpoint = provider.GetRequiredService<IModelEndpointFactory>().Create(new ModelEndpoint { Name = url, Parameters = parameters }, null);
        return (await endpoint.InvokeAsync(new EncodedPayload(tile.Png(), "image/png", Window), CancellationToken.None)).Detections;
    }
}
