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

        return After(text, "kinesis://") is { } stream
            ? new OutputSink { Type = OutputType.Kinesis, Stream = stream }
            : OutputSink.ToFile(Path.GetFullPath(text));
    }

    /// <summary>A name of letters, digits and hyphens is SageMaker's; all else should be a URL.</summary>
    public static ModelEndpoint Endpoint(string text) =>
        new() { Name = text, Type = SageMakerName().IsMatch(text) ? EndpointType.SageMaker : EndpointType.Http };

    private static string? After(string text, string prefix) => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[prefix.Length..] : null;

    [GeneratedRegex("^[a-zA-Z0-9-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex SageMakerName();
}
