using System.Text.Json;
using System.Xml.Linq;

namespace Swath.Testing;

/// <summary>Makes queues and topics in the emulator, in plain HTTP: nothing of the code under test.</summary>
public static class AwsMessagingEmulator
{
    /// <summary>Points the AWS clients of this process at the emulators; it talks to no other AWS.</summary>
    public static async Task UseAsync()
    {
        foreach (var (name, value) in (await AwsEmulators.GetAsync()).Environment)
            Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Of a queue, by its name.</summary>
    public static string ArnOf(string queue) => $"arn:aws:sqs:{AwsEmulators.Region}:{AwsEmulators.Account}:{queue}";

    /// <summary>Makes a queue.</summary>
    /// <returns>Its URL.</returns>
    public static async Task<string> CreateQueueAsync(string name, params (string Name, string Value)[] attributes)
    {
        var input = new { QueueName = name, Attributes = attributes.ToDictionary(a => a.Name, a => a.Value) };
        using var content = new StringContent(JsonSerializer.Serialize(input));
        content.Headers.ContentType = new("application/x-amz-json-1.0");
        using var request = new HttpRequestMessage(HttpMethod.Post, (await AwsEmulators.GetAsync()).Url) { Content = content };
        request.Headers.Add("X-Amz-Target", "AmazonSQS.CreateQueue");
        using var json = JsonDocument.Parse(await SendAsync(request));
        return json.RootElement.GetProperty("QueueUrl").GetString()!;
    }

    /// <summary>Makes a topic.</summary>
    /// <returns>Its ARN.</returns>
    public static async Task<string> CreateTopicAsync(string name) =>
        (await SnsAsync(("Action", "CreateTopic"), ("Name", name))).Descendants().Single(element => element.Name.LocalName == "TopicArn").Value;

    /// <summary>Everything on the topic goes to the queue, as it was published.</summary>
    public static Task SubscribeAsync(string topicArn, string queue) => SnsAsync(
        ("Action", "Subscribe"), ("TopicArn", topicArn), ("Protocol", "sqs"), ("Endpoint", ArnOf(queue)),
        ("Attributes.entry.1.key", "RawMessageDelivery"), ("Attributes.entry.1.value", "true"));

    private static async Task<XDocument> SnsAsync(params (string Name, string Value)[] parameters)
    {
        using var content = new FormUrlEncodedContent(parameters.Append(("Version", "2010-03-31")).ToDictionary(p => p.Item1, p => p.Item2));
        using var request = new HttpRequestMessage(HttpMethod.Post, (await AwsEmulators.GetAsync()).Url) { Content = content };
        return XDocument.Parse(await SendAsync(request));
    }

    private static async Task<string> SendAsync(HttpRequestMessage request)
    {
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }
}
