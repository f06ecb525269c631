using System.Text.Json;
using System.Text.RegularExpressions;
using Swath.Contracts;

namespace Swath.Host.Commands;

/// <summary>Endpoints and outputs as one writes them on a command line: short, and told apart by their look.</summary>
internal static partial class RequestArguments
{
    /// <summary><c>s3://bucket/prefix</c>, <c>kinesis://stream</c>, or a file's path.</summary>
    public static OutputSink Output(string text)
    {
        if (After(text, "s3://") is { } place)
        {
            var parts = place.Split('/', 2);
            return new OutputSink { Type = OutputType.S3, Bucket = parts[0], Prefix = parts.Length == 2 && parts[1].Length > 0 ? parts[1] : null };
        }

        if (After(text, "kinesis://") is { } stream)
            return new OutputSink { Type = OutputType.Kinesis, Stream = stream };

        // Not a full path: GetFullPath would make folders of a scheme.
        return text.Contains("://", StringComparison.Ordinal)
            ? throw new UsageException($"-o {text} is no place for features: give a path, without a scheme such as file://, or s3://bucket/prefix or kinesis://stream.")
            : OutputSink.ToFile(Path.GetFullPath(text) + (Path.EndsInDirectorySeparator(text) ? "/" : ""));
    }

    /// <summary>A name of letters, digits and hyphens is SageMaker's; all else should be a URL.</summary>
    public static ModelEndpoint Endpoint(string text) =>
        new() { Name = text, Type = SageMakerName().IsMatch(text) ? EndpointType.SageMaker : EndpointType.Http };

    /// <summary><c>NAME=VALUE</c> pairs; the last of a name counts.</summary>
    /// <exception cref="UsageException">One is no pair.</exception>
    public static IReadOnlyDictionary<string, string> Pairs(IEnumerable<string> texts, string option)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in texts.Select(text => Pair(text, option)))
            pairs[name] = value;
        return pairs;
    }

    /// <summary>A JSON object as it is, or <c>NAME=VALUE</c> as an object with one text.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static JsonElement Properties(string text)
    {
        const string option = "--property";
        if (!text.TrimStart().StartsWith('{'))
        {
            var (name, value) = Pair(text, option);
            return JsonSerializer.SerializeToElement(new Dictionary<string, string> { [name] = value });
        }

        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException malformed)
        {
            throw new UsageException($"{option} {text} is no JSON object: {malformed.Message}");
        }
    }

    private static (string Name, string Value) Pair(string text, string option) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? (text[..at], text[(at + 1)..])
        : throw new UsageException($"{option} {text} is no NAME=VALUE.");

    private static string? After(string text, string prefix) => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : null;

    [GeneratedRegex("^[a-zA-Z0-9-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex SageMakerName();
}
