using System.Text;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Endpoints.Aws;
using Swath.Endpoints.SageMaker;
using Swath.Endpoints.Tests.Aws;
using Swath.Endpoints.Tests.Http;
using static Swath.Endpoints.Tests.SageMaker.StandInRuntime;
using Endpoint = Swath.Endpoints.Tests.Http.Endpoint;

namespace Swath.Endpoints.Tests.SageMaker;

public sealed class InvokeEndpointTests
{
    private const string Role = "arn:aws:iam::123456789012:role/invoker";

    private static readonly ModelEndpoint Ships = new() { Name = "ships", Type = EndpointType.SageMaker };

    [Fact]
    public async Task InvokeAsync_GoodAnswer_SendsTheSignedTileToTheVariantAndReturnsDetections()
    {
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(
            """{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"imageGeometry":{"type":"Point","coordinates":[3,4]}}}]}"""));

        var detections = await InvokeAsync(runtime, Ships, "blue");

        Assert.Equal(new PixelBounds(3, 4, 3, 4), Assert.Single(detections).Bounds);
        var call = Assert.Single(runtime.Calls);
        Assert.Equal("/endpoints/ships/invocations", call.Path);
        Assert.Equal(("image/tiff", "blue"), (call.Headers.ContentType.ToString(), call.Headers["X-Amzn-SageMaker-Target-Variant"].ToString()));
        Assert.Equal(Endpoint.Tile.Body.ToArray(), call.Body);
    }

    [Fact]
    public async Task InvokeAsync_EveryParameter_IsItsHeaderAndSigned()
    {
        // The service model of botocore: InvokeEndpointInput.
        var headers = new Dictionary<string, (string Header, string Value)>
        {
            ["ContentType"] = ("Content-Type", "application/octet-stream"),
            ["Accept"] = ("Accept", "application/json;verbose=1"),
            ["CustomAttributes"] = ("X-Amzn-SageMaker-Custom-Attributes", "threshold=0.5,  spaces"),
            ["TargetModel"] = ("X-Amzn-SageMaker-Target-Model", "ships.tar.gz"),
            ["TargetVariant"] = ("X-Amzn-SageMaker-Target-Variant", "green"),
            ["TargetContainerHostname"] = ("X-Amzn-SageMaker-Target-Container-Hostname", "second"),
            ["InferenceId"] = ("X-Amzn-SageMaker-Inference-Id", "7"),
            ["EnableExplanations"] = ("X-Amzn-SageMaker-Enable-Explanations", "`true`"),
            ["InferenceComponentName"] = ("X-Amzn-SageMaker-Inference-Component", "component"),
            ["SessionId"] = ("X-Amzn-SageMaker-Session-Id", "NEW_SESSION"),
        };
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(Endpoint.Nothing));

        await InvokeAsync(runtime, Ships with { Parameters = headers.ToDictionary(pair => pair.Key, pair => pair.Value.Value) }, null);

        var call = Assert.Single(runtime.Calls);
        Assert.All(headers.Values, expected => Assert.Equal(expected.Value, call.Headers[expected.Header].ToString()));
    }

    [Theory]
    [InlineData("blue", null, null, "blue")]
    [InlineData("blue", "green", null, "blue")]
    [InlineData(null, "green", null, "green")]
    [InlineData("blue", null, "component", "")]
    [InlineData(null, null, null, "")]
    public async Task InvokeAsync_Variant_IsTheSelectedOneUnlessAComponentIsNamed(string? selected, string? parameter, string? component, string expected)
    {
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(Endpoint.Nothing));
        var parameters = new Dictionary<string, string>();
        if (parameter is not null)
            parameters["TargetVariant"] = parameter;
        if (component is not null)
            parameters["InferenceComponentName"] = component;

        await InvokeAsync(runtime, Ships with { Parameters = parameters }, selected);

        Assert.Equal(expected, Assert.Single(runtime.Calls).Headers["X-Amzn-SageMaker-Target-Variant"].ToString());
    }

    [Fact]
    public async Task InvokeAsync_AssumedRole_SignsWithItsKeysAndToken()
    {
        await using var sts = new StandInSts(TimeProvider.System);
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(Endpoint.Nothing));
        runtime.Secrets.Clear();
        runtime.Secrets["ASIAinvoker1"] = "secret1";

        await InvokeAsync(runtime, Ships with { AssumedRole = Role }, null, sts: sts);

        Assert.Equal("swath1", Assert.Single(runtime.Calls).Headers["X-Amz-Security-Token"]);
    }

    [Fact]
    public async Task InvokeAsync_RoleIsRefused_SaysWhichAndWhatToAllow()
    {
        await using var sts = new StandInSts(TimeProvider.System);
        sts.Failure = (403, "AccessDenied");
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(Endpoint.Nothing));

        var failure = await RefusedAsync(runtime, Ships with { AssumedRole = Role }, sts: sts);

        Assert.Equal((InvocationFailure.Refused, false), (failure.Kind, failure.Retryable));
        Assert.Contains($"Role {Role} can't be assumed", failure.Message, StringComparison.Ordinal);
        Assert.Empty(runtime.Calls);
    }

    [Fact]
    public async Task InvokeAsync_WrongSecret_TheSignatureIsRefused()
    {
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(Endpoint.Nothing));
        runtime.Secrets[StandInSageMaker.AccessKey] = "another";

        var failure = await RefusedAsync(runtime, Ships);

        Assert.Equal((InvocationFailure.Refused, false, 403), (failure.Kind, failure.Retryable, failure.StatusCode));
        Assert.Contains("InvalidSignatureException. It said: the signature does not match", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "ThrottlingException", "", InvocationFailure.Throttled, 3)]
    [InlineData(429, "ThrottlingException", """{"message":"Rate exceeded"}""", InvocationFailure.Throttled, 3)]
    [InlineData(429, "ModelNotReadyException", """{"Message":"loading"}""", InvocationFailure.Throttled, 3)]
    [InlineData(503, "ServiceUnavailable", "{}", InvocationFailure.Throttled, 3)]
    [InlineData(500, "InternalFailure", "{}", InvocationFailure.ServerError, 3)]
    [InlineData(530, "InternalDependencyException", "{}", InvocationFailure.ServerError, 3)]
    [InlineData(400, "ValidationError", """{"message":"Endpoint ships of account 1 not found."}""", InvocationFailure.UnknownEndpoint, 1)]
    [InlineData(400, "ValidationError", """{"message":"Variant teal not found for endpoint ships"}""", InvocationFailure.UnknownEndpoint, 1)]
    [InlineData(400, "ValidationError", """{"message":"1 validation error detected"}""", InvocationFailure.Refused, 1)]
    [InlineData(413, "ValidationError", """{"message":"Request size exceeded"}""", InvocationFailure.TileTooLarge, 1)]
    [InlineData(403, "AccessDeniedException", """{"Message":"not authorized"}""", InvocationFailure.Refused, 1)]
    [InlineData(403, "ExpiredTokenException", """{"message":"expired"}""", InvocationFailure.Refused, 3)]
    [InlineData(424, "ModelError", """{"Message":"m","OriginalStatusCode":500,"OriginalMessage":"cuda"}""", InvocationFailure.ServerError, 3)]
    [InlineData(424, "ModelError", """{"Message":"m","OriginalStatusCode":503,"OriginalMessage":"busy"}""", InvocationFailure.Throttled, 3)]
    [InlineData(424, "ModelError", """{"Message":"m","OriginalStatusCode":400,"OriginalMessage":"bad tile"}""", InvocationFailure.Refused, 1)]
    [InlineData(424, "ModelError", """{"Message":"m","OriginalStatusCode":413}""", InvocationFailure.TileTooLarge, 1)]
    [InlineData(424, "ModelError", """{"Message":"Received server error (0) from primary with message \"Your invocation timed out while waiting\""}""", InvocationFailure.TimedOut, 3)]
    [InlineData(424, "ModelError", "not json", InvocationFailure.ServerError, 3)]
    public async Task InvokeAsync_Refusal_IsTypedAndRetriedWhereThatHelps(int status, string type, string body, InvocationFailure kind, int attempts)
    {
        await using var runtime = new StandInRuntime((context, _) => RefuseAsync(context, status, type, body));

        var failure = await RefusedAsync(runtime, Ships);

        Assert.Equal((kind, attempts > 1, status), (failure.Kind, failure.Retryable, failure.StatusCode));
        Assert.Equal((attempts, attempts), (failure.Attempts, runtime.Calls.Count));
        Assert.Contains("'ships'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_ModelError_SaysWhatTheModelSaidAndWhereItsLogIs()
    {
        await using var runtime = new StandInRuntime((context, _) => RefuseAsync(
            context, 424, "ModelError", """{"Message":"m","OriginalStatusCode":400,"OriginalMessage":"tile is\nnot a NITF","LogStreamArn":"arn:aws:logs:x"}"""));

        Assert.Equal(
            "SageMaker endpoint 'ships': the model answered HTTP 400. It refused the tile. It said: tile is not a NITF Its log: arn:aws:logs:x",
            (await RefusedAsync(runtime, Ships)).Message);
    }

    [Fact]
    public async Task InvokeAsync_ThrottledOnce_WaitsAsAskedAndSignsAnew()
    {
        var clock = new RetryClock();
        await using var runtime = new StandInRuntime((context, call) =>
        {
            if (call > 0)
                return context.Response.WriteAsync(Endpoint.Nothing);
            context.Response.Headers.RetryAfter = "7";
            return RefuseAsync(context, 400, "ThrottlingException", "");
        });

        Assert.Empty(await InvokeAsync(runtime, Ships, null, options => (options.TimeoutSeconds, options.MaxRetryDelaySeconds) = (3600, 30), clock));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(clock.Waits));
        Assert.Equal(2, runtime.Calls.Count);
    }

    [Theory]
    [InlineData(6_291_456, true)]
    [InlineData(6_291_457, false)]
    public async Task InvokeAsync_LargeTile_IsCheckedBeforeItIsSent(int bytes, bool fits)
    {
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(Endpoint.Nothing));
        var tile = new EncodedPayload(new byte[bytes], "image/nitf", new PixelWindow(0, 0, 2048, 1024));

        if (fits)
        {
            Assert.Empty(await InvokeAsync(runtime, Ships, null, tile: tile));
            return;
        }

        var failure = await RefusedAsync(runtime, Ships, tile: tile);
        Assert.Equal((InvocationFailure.TileTooLarge, false, 0), (failure.Kind, failure.Retryable, failure.Attempts));
        Assert.Equal(
            "The tile of 2048 x 1024 pixels is 6291457 bytes as image/nitf; SageMaker takes 6291456 at most. "
            + "Lower tile.size, or choose a smaller tile.format and tile.compression (such as Jpeg).",
            failure.Message);
        Assert.Empty(runtime.Calls);
    }

    [Fact]
    public async Task InvokeAsync_EndlessAnswer_IsCutAtTheLimit()
    {
        await using var runtime = new StandInRuntime((context, _) => context.Response.WriteAsync(new string(' ', 4096)));

        var failure = await RefusedAsync(runtime, Ships, options => options.MaxAnswerBytes = 1000);

        Assert.Equal(InvocationFailure.AnswerTooLarge, failure.Kind);
    }

    [Fact]
    public async Task InvokeAsync_NobodyListens_SaysWhatToCheck()
    {
        var runtime = new StandInRuntime((_, _) => Task.CompletedTask);
        await runtime.DisposeAsync();

        var failure = await RefusedAsync(runtime, Ships);

        Assert.Equal((InvocationFailure.Unreachable, 3), (failure.Kind, failure.Attempts));
        Assert.Contains("/endpoints/ships/invocations. Check the network, AWS_REGION and AWS_ENDPOINT_URL.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("us-west-2", false, "https://runtime.sagemaker.us-west-2.amazonaws.com")]
    [InlineData("us-west-2", true, "https://runtime-fips.sagemaker.us-west-2.amazonaws.com")]
    [InlineData("us-gov-west-1", true, "https://runtime.sagemaker.us-gov-west-1.amazonaws.com")]
    [InlineData("us-iso-east-1", true, "https://runtime.sagemaker-fips.us-iso-east-1.c2s.ic.gov")]
    [InlineData("cn-north-1", false, "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn")]
    public void RegionalUrl_Region_IsTheServiceModels(string region, bool fips, string expected)
    {
        var config = new SageMakerRuntimeConfig { RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region), UseFIPSEndpoint = fips };

        Assert.Equal(expected, config.RegionalUrl());
    }

    private static async Task<IReadOnlyList<Detection>> InvokeAsync(
        StandInRuntime runtime, ModelEndpoint endpoint, string? variant, Action<EndpointsOptions>? configure = null, TimeProvider? time = null,
        StandInSts? sts = null, EncodedPayload? tile = null)
    {
        await using var services = Services(runtime, configure, time ?? TimeProvider.System, sts);
        return (await services.GetRequiredService<IModelEndpointFactory>().Create(endpoint, variant).InvokeAsync(tile ?? Endpoint.Tile, CancellationToken.None)).Detections;
    }

    private static Task<InvocationException> RefusedAsync(
        StandInRuntime runtime, ModelEndpoint endpoint, Action<EndpointsOptions>? configure = null, StandInSts? sts = null, EncodedPayload? tile = null) =>
        Assert.ThrowsAsync<InvocationException>(() => InvokeAsync(runtime, endpoint, null, configure, sts: sts, tile: tile));

    private static ServiceProvider Services(StandInRuntime runtime, Action<EndpointsOptions>? configure, TimeProvider time, StandInSts? sts)
    {
        var keys = new BasicAWSCredentials(StandInSageMaker.AccessKey, StandInSageMaker.Secret);
        var services = new ServiceCollection().AddLogging().AddSingleton(time);
        services.AddSingleton(new SecurityTokens(() => new AmazonSecurityTokenServiceConfig
        {
            ServiceURL = sts?.Url,
            AuthenticationRegion = StandInSts.Region,
            MaxErrorRetry = 0,
            DefaultAWSCredentials = keys,
        }));
        services.AddSingleton(provider => new SageMakerRuntime(
            () => new SageMakerRuntimeConfig { ServiceURL = runtime.Url, AuthenticationRegion = Region, DefaultAWSCredentials = keys },
            provider.GetRequiredService<AssumedRoles>(),
            time));
        services.AddSwathEndpoints();
        services.Configure<EndpointsOptions>(options =>
        {
            options.RetryDelaySeconds = 0.001;
            options.MaxRetryDelaySeconds = 0.005;
            options.MaxAttempts = 3;
            configure?.Invoke(options);
        });
        return services.BuildServiceProvider();
    }
}
