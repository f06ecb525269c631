using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>
/// A server on loopback that speaks the control plane's AWS JSON 1.1 and refuses what is not signed right. What it answers is the
/// test's to say; every call is counted.
/// </summary>
internal sealed class StandInSageMaker : LoopbackServer
{
    public const string AccessKey = "AKIDSWATHTEST";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string Region = "us-gov-west-1";

    private readonly ConcurrentQueue<Failure> _failures = new();
    private readonly ConcurrentDictionary<string, int> _calls = new();

    /// <summary>By name; a variant as the API writes it.</summary>
    public ConcurrentDictionary<string, JsonArray> Endpoints { get; } = new();

    /// <summary>By the endpoint's name; served <see cref="TagsPerPage"/> at a time.</summary>
    public ConcurrentDictionary<string, List<(string Key, string Value)>> Tags { get; } = new();

    public int TagsPerPage { get; set; } = 2;

    public string Status { get; set; } = "InService";

    /// <summary>While set, no DescribeEndpoint is answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>While set, ListTags alone is refused with this error, as it is where the identity may only describe.</summary>
    public string? TagsRefusal { get; set; }

    /// <summary>The secret of each key that may sign.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new() { [AccessKey] = Secret };

    /// <summary>The key that signed each call of DescribeEndpoint and ListTags.</summary>
    public ConcurrentQueue<(string Action, string Key)> Signers { get; } = new();

    /// <summary>What was wrong with signatures.</summary>
    public ConcurrentQueue<string> SignatureProblems { get; } = new();

    public int Calls(string action) => _calls.GetValueOrDefault(action);

    public static JsonObject Instances(string name, int count, double weight = 1) =>
        new() { ["VariantName"] = name, ["CurrentWeight"] = weight, ["DesiredWeight"] = 99, ["CurrentInstanceCount"] = count, ["DesiredInstanceCount"] = 77 };

    public static JsonObject Serverless(string name, int maxConcurrency, double weight = 1) => new()
    {
        ["VariantName"] = name,
        ["CurrentWeight"] = weight,
        ["CurrentInstanceCount"] = 0,
        ["CurrentServerlessConfig"] = new JsonObject { ["MaxConcurrency"] = maxConcurrency, ["MemorySizeInMB"] = 4096 },
    };

    /// <summary>As SageMaker shows a variant while it is created or changed: without a weight.</summary>
    public static JsonObject WithoutWeight(JsonObject variant)
    {
        variant.Remove("CurrentWeight");
        return variant;
    }

    public void Serve(string endpoint, params JsonObject[] variants) => Endpoints[endpoint] = new JsonArray(variants.ToArray<JsonNode?>());

    /// <summary>The next calls fail so, whatever they ask for.</summary>
    public void Fail(int times, int status, string type, string? message = null)
    {
        for (var i = 0; i < times; i++)
            _failures.Enqueue(new Failure(status, type, message));
    }

    /// <summary>Throttling as AWS does it: 400, and a message that is empty.</summary>
    public void Throttle(int times) => Fail(times, StatusCodes.Status400BadRequest, "ThrottlingException", "");

    public void Recover() => _failures.Clear();

    protected override async Task AnswerAsync(HttpContext context)
    {
        var body = await BodyAsync(context);
        var action = context.Request.Headers["X-Amz-Target"].ToString();
        _calls.AddOrUpdate(action, 1, (_, calls) => calls + 1);
        var key = SigV4.KeyOf(context.Request);
        Signers.Enqueue((action, key));
        if (SigV4.Problem(context.Request, body, key, Secrets.GetValueOrDefault(key, "?"), Region, "sagemaker", "x-amz-date", "x-amz-target") is { } problem)
        {
            SignatureProblems.Enqueue(problem);
            await RefuseAsync(context, new Failure(400, "InvalidSignatureException", problem));
            return;
        }

        if (_failures.TryDequeue(out var failure))
        {
            await RefuseAsync(context, failure);
            return;
        }

        var input = JsonNode.Parse(body)!.AsObject();
        var isJson11 = context.Request.ContentType == "application/x-amz-json-1.1" && context.Request.Method == "POST" && context.Request.Path == "/";
        var answered = (isJson11 ? action : "") switch
        {
            "SageMaker.DescribeEndpoint" => DescribeAsync(context, (string)input["EndpointName"]!),
            "SageMaker.ListTags" => TagsAsync(context, (string)input["ResourceArn"]!, (string?)input["NextToken"]),
            _ => RefuseAsync(context, new Failure(400, "UnknownOperationException", null)),
        };
        await answered;
    }

    private async Task DescribeAsync(HttpContext context, string name)
    {
        await Gate.WaitAsync(TimeSpan.FromSeconds(30));
        if (!Endpoints.TryGetValue(name, out var variants))
        {
            await RefuseAsync(context, new Failure(400, "ValidationException", $"Could not find endpoint \"{Arn(name)}\"."));
            return;
        }

        await WriteAsync(context, new JsonObject
        {
            ["CreationTime"] = 1.7e9,
            ["EndpointArn"] = Arn(name),
            ["EndpointName"] = name,
            ["EndpointStatus"] = Status,
            ["ProductionVariants"] = variants.DeepClone(),
        });
    }

    private Task TagsAsync(HttpContext context, string arn, string? token)
    {
        if (TagsRefusal is { } refusal)
            return RefuseAsync(context, new Failure(400, refusal, "not authorized to perform: sagemaker:ListTags"));
        var tags = Tags.GetValueOrDefault(arn[(arn.LastIndexOf('/') + 1)..], []);
        var from = token is null ? 0 : int.Parse(token, System.Globalization.CultureInfo.InvariantCulture);
        var page = new JsonArray(tags.Skip(from).Take(TagsPerPage).Select(tag => (JsonNode)new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value }).ToArray());
        var answer = new JsonObject { [nameof(Tags)] = page };
        if (from + TagsPerPage < tags.Count)
            answer["NextToken"] = (from + TagsPerPage).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return WriteAsync(context, answer);
    }

    private static string Arn(string name) => $"arn:aws-us-gov:sagemaker:{Region}:123456789012:endpoint/{name}";

    private static Task RefuseAsync(HttpContext context, Failure failure)
    {
        context.Response.StatusCode = failure.Status;
        var error = new JsonObject { ["__type"] = failure.Type };
        if (failure.Message is not null)
            error["message"] = failure.Message;
        return WriteAsync(context, error);
    }

    private static Task WriteAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = "application/x-amz-json-1.1";
        return context.Response.WriteAsync(answer.ToJsonString(JsonSerializerOptions.Default));
    }

    private sealed record Failure(int Status, string Type, string? Message);
}
