using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Swath.Testing;

namespace Swath.Worker.Tests.Sinks;

/// <summary>What Swath has no call for: making a stream, and reading it. The emulator wants a signature, but doesn't check it.</summary>
internal static class KinesisEmulator
{
    private static readonly HttpClient Client = new();

    public static async Task CreateStreamAsync(AwsEmulators emulators, string stream)
    {
        await CallAsync(emulators, "CreateStream", new JsonObject { ["StreamName"] = stream, ["ShardCount"] = 1 });
        // Created within a turn or two of the emulator's loop.
        for (var tries = 0; tries < 1000; tries++)
        {
            if ((string?)(await DescribeAsync(emulators, stream))["StreamStatus"] == "ACTIVE")
                return;
        }

        throw new TimeoutException($"The stream {stream} is not ready.");
    }

    /// <summary>All records of the stream's one shard, in its order.</summary>
    public static async Task<IReadOnlyList<byte[]>> ReadAsync(AwsEmulators emulators, string stream)
    {
        var shard = (string)(await DescribeAsync(emulators, stream))["Shards"]![0]!["ShardId"]!;
        var next = await CallAsync(
            emulators, "GetShardIterator", new JsonObject { ["StreamName"] = stream, ["ShardId"] = shard, ["ShardIteratorType"] = "TRIM_HORIZON" });
        var at = (string?)next["ShardIterator"];
        List<byte[]> all = [];
        while (true)
        {
            var page = await CallAsync(emulators, "GetRecords", new JsonObject { ["ShardIterator"] = at });
            var records = page["Records"]!.AsArray();
            if (records.Count == 0)
                return all;
            all.AddRange(records.Select(record => Convert.FromBase64String((string)record!["Data"]!)));
            at = (string?)page["NextShardIterator"];
        }
    }

    private static async Task<JsonNode> DescribeAsync(AwsEmulators emulators, string stream) =>
        (await CallAsync(emulators, "DescribeStream", new JsonObject { ["StreamName"] = stream }))["StreamDescription"]!;

    private static async Task<JsonNode> CallAsync(AwsEmulators emulators, string action, JsonObject input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, emulators.KinesisUrl)
        {
            Content = new StringContent(input.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/x-amz-json-1.1")),
        };
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "Kinesis_20131202." + action);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20260101T000000Z");
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0");
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text.Length == 0 ? "{}" : text)! : throw new InvalidOperationException($"{action}: {text}");
    }
}
