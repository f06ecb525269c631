using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;

namespace Swath.Endpoints.Tests.Http;

public sealed class InvokeTests
{
    [Fact]
    public async Task InvokeAsync_GoodAnswer_SendsTheTileAndReturnsDetections()
    {
        string? type = null, attributes = null, method = null;
        byte[]? body = null;
        await using var model = new StandInModel(async (context, _) =>
        {
            (type, method, attributes) = (context.Request.ContentType, context.Request.Method, context.Request.Headers["X-Amzn-SageMaker-Custom-Attributes"]);
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            body = copy.ToArray();
            await context.Response.WriteAsync(
                """{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"imageGeometry":{"type":"Point","coordinates":[3,4]}}}]}""");
        });

        var parameters = new Dictionary<string, string> { ["CustomAttributes"] = "threshold=0.5" };
        var detections = await Endpoint.InvokeAsync(model.Url, parameters: parameters);

        Assert.Equal(new PixelBounds(3, 4, 3, 4), Assert.Single(detections).Bounds);
        Assert.Equal(("image/tiff", "POST", "threshold=0.5"), (type, method, attributes));
        Assert.Equal(Endpoint.Tile.Body.ToArray(), body);
    }

    [Fact]
    public async Task InvokeAsync_ThrottledOnce_WaitsAsLongAsAskedAndSucceeds()
    {
        var clock = new RetryClock();
        await using var model = new StandInModel((context, request) =>
        {
            if (request > 0)
                return context.Response.WriteAsync(Endpoint.Nothing);
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });

        Assert.Empty(await Endpoint.InvokeAsync(model.Url, o => (o.TimeoutSeconds, o.MaxRetryDelaySeconds) = (3600, 30), clock));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(clock.Waits));
        Assert.Equal(2, model.Requests);
    }

    [Fact]
    public async Task InvokeAsync_RetryAfterIsAnHour_WaitsNoLongerThanTheLimit()
    {
        var clock = new RetryClock();
        await using var model = new StandInModel((context, _) =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });

        var failure = await Endpoint.FailAsync(model.Url, o => (o.TimeoutSeconds, o.MaxRetryDelaySeconds) = (3600, 30), clock);

        Assert.Equal((InvocationFailure.Throttled, 3, TimeSpan.FromHours(1)), (failure.Kind, failure.Attempts, failure.RetryAfter));
        Assert.Equal([TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)], clock.Waits);
    }

    [Theory]
    [InlineData(500, InvocationFailure.ServerError, 3)]
    [InlineData(502, InvocationFailure.ServerError, 3)]
    [InlineData(429, InvocationFailure.Throttled, 3)]
    [InlineData(504, InvocationFailure.TimedOut, 3)]
    [InlineData(400, InvocationFailure.Refused, 1)]
    [InlineData(404, InvocationFailure.Refused, 1)]
    [InlineData(307, InvocationFailure.Refused, 1)]
    [InlineData(413, InvocationFailure.TileTooLarge, 1)]
    public async Task InvokeAsync_ErrorWithBodyThatLooksGood_IsNeverSuccess(int status, InvocationFailure kind, int attempts)
    {
        await using var model = StandInModel.Answering(status, Endpoint.Nothing);

        var failure = await Endpoint.FailAsync(model.Url);

        Assert.Equal((kind, attempts, attempts > 1, (int?)status), (failure.Kind, failure.Attempts, failure.Retryable, failure.StatusCode));
        Assert.Equal(attempts, model.Requests);
        Assert.Contains("It said: {\"type\":\"FeatureCollection\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_ErrorWithSignsThatMoveOrTurnText_IsShortAndPlain()
    {
        await using var model = StandInModel.Answering(400, "\u001b[2Jgone\u202Eevil\u2028\r\nfake row\u0007" + new string('x', 5000) + "secret");

        var failure = await Endpoint.FailAsync(model.Url);

        Assert.DoesNotContain(failure.Message, sign => char.IsControl(sign) || sign is '\u202E' or '\u2028');
        Assert.Contains("It said: [2Jgone evil", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 200, 500);
    }

    [Fact]
    public async Task InvokeAsync_ConnectionEndsInTheAnswer_IsRetriedAndTyped()
    {
        await using var model = new StandInModel(async (context, _) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{"type":""");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        var failure = await Endpoint.FailAsync(model.Url);

        Assert.Equal((InvocationFailure.ConnectionLost, 3), (failure.Kind, failure.Attempts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task InvokeAsync_EndlessAnswer_IsCutAtTheLimit(bool announced)
    {
        await using var model = new StandInModel(async (context, _) =>
        {
            context.Response.ContentLength = announced ? 1L << 40 : null;
            var block = new byte[65536];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });

        var failure = await Endpoint.FailAsync(model.Url, options => options.MaxAnswerBytes = 1 << 20);

        Assert.Equal((InvocationFailure.AnswerTooLarge, 1), (failure.Kind, failure.Attempts));
    }

    [Fact]
    public async Task InvokeAsync_ModelNeverAnswers_TimesOutPerAttempt()
    {
        await using var model = new StandInModel((context, request) =>
            request == 0 ? HangAsync(context) : context.Response.WriteAsync(Endpoint.Nothing));

        Assert.Empty(await Endpoint.InvokeAsync(model.Url, options => options.TimeoutSeconds = 0.5));
        Assert.Equal(2, model.Requests);
    }

    [Fact]
    public async Task InvokeAsync_AnswerStopsFlowing_TimesOut()
    {
        await using var model = new StandInModel(async (context, _) =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await HangAsync(context);
        });

        var failure = await Endpoint.FailAsync(model.Url, options => (options.TimeoutSeconds, options.MaxAttempts) = (0.2, 2));

        Assert.Equal((InvocationFailure.TimedOut, 2), (failure.Kind, failure.Attempts));
    }

    [Fact]
    public async Task InvokeAsync_Cancelled_StopsAtOnceAndIsNoFailureOfTheModel()
    {
        using var cancel = new CancellationTokenSource();
        await using var model = new StandInModel(async (context, _) =>
        {
            await cancel.CancelAsync();
            await HangAsync(context);
        });
        await using var services = Endpoint.Services();
        var endpoint = services.GetRequiredService<IModelEndpointFactory>().Create(new ModelEndpoint { Name = model.Url }, null);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endpoint.InvokeAsync(Endpoint.Tile, cancel.Token));
        Assert.Equal(1, model.Requests);
    }

    [Fact]
    public async Task InvokeAsync_NobodyListens_IsUnreachable()
    {
        string url;
        await using (var model = StandInModel.Answering(Endpoint.Nothing))
            url = model.Url;

        var failure = await Endpoint.FailAsync(url);

        Assert.Equal((InvocationFailure.Unreachable, 3, true), (failure.Kind, failure.Attempts, failure.Retryable));
        Assert.Contains(url, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", InvocationFailure.NotJson)]
    [InlineData("<html>ok</html>", InvocationFailure.NotJson)]
    [InlineData("{\"error\":\"out of memory\"}", InvocationFailure.WrongShape)]
    public async Task InvokeAsync_Garbage_IsNotSentAgain(string body, InvocationFailure kind)
    {
        await using var model = StandInModel.Answering(body);

        var failure = await Endpoint.FailAsync(model.Url);

        Assert.Equal((kind, 1), (failure.Kind, model.Requests));
    }

    [Fact]
    public async Task InvokeAsync_CompressedBomb_IsCutAtTheLimit()
    {
        await using var model = new StandInModel(async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Optimal);
            for (var i = 0; i < 64; i++)
                await zip.WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 1 << 20)));
        });

        var failure = await Endpoint.FailAsync(model.Url, options => options.MaxAnswerBytes = 4 << 20);

        Assert.Equal(InvocationFailure.AnswerTooLarge, failure.Kind);
    }

    [Fact]
    public async Task InvokeAsync_BudgetSpent_StopsRetryingForAllCallers()
    {
        await using var model = StandInModel.Answering(500, "");
        await using var services = Endpoint.Services(o => (o.RetryBudget, o.RetryBudgetRatio, o.RetryBudgetPerSecond, o.MaxAttempts) = (5, 0, 0, 4));
        var factory = services.GetRequiredService<IModelEndpointFactory>();

        for (var tile = 0; tile < 10; tile++)
        {
            var endpoint = factory.Create(new ModelEndpoint { Name = model.Url }, null);
            await Assert.ThrowsAsync<InvocationException>(() => endpoint.InvokeAsync(Endpoint.Tile, CancellationToken.None));
        }

        Assert.Equal(10 + 5, model.Requests);
    }

    private static async Task HangAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    }
}
