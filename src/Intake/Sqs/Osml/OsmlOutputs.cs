using Swath.Contracts;

namespace Swath.Intake.Sqs.Osml;

/// <summary>Where the features go.</summary>
internal static class OsmlOutputs
{
    // What one call to Kinesis takes; the API page of osml-model-runner shows 1000, which it cuts down as well.
    private const int MostRecords = 500;

    private static readonly Dictionary<string, OutputType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["S3"] = OutputType.S3,
        ["Kinesis"] = OutputType.Kinesis,
    };

    public static IReadOnlyList<OutputSink> Read(OsmlMembers request)
    {
        if (request.List("outputs").Count > 0)
            return [.. request.Objects("outputs").Select(Output)];

        // The older form of one output.
        if (request.Text("outputBucket") is { } bucket)
            return [new OutputSink { Type = OutputType.S3, Bucket = bucket, Prefix = Prefix(request.Text("outputPrefix")) }];
        request.Refuse("outputs", "must name at least one output: {\"type\": \"S3\", \"bucket\": \"...\", \"prefix\": \"...\"} or {\"type\": \"Kinesis\", \"stream\": \"...\"}.");
        return [];
    }

    private static OutputSink Output(OsmlMembers output)
    {
        foreach (var role in new[] { "assumedRole", "role" })
        {
            if (output.Text(role) is not null)
                output.Refuse(role, "can't be assumed: outputs are written with Swath's own credentials. Let them write there, and leave the role out.");
        }
        if (!output.Has("type"))
            output.Refuse("type", "is missing: say S3 or Kinesis.");
        var type = output.Word("type", OutputType.S3, Types);
        return type is OutputType.S3
            ? new OutputSink { Type = type, Bucket = output.RequiredText("bucket", "the bucket"), Prefix = Prefix(output.Text("prefix")) }
            : new OutputSink
            {
                Type = type,
                Stream = output.RequiredText("stream", "the stream"),
                BatchSize = output.Has("batchSize") ? Math.Min(output.Whole("batchSize", MostRecords), MostRecords) : null,
            };
    }

    // The slash behind it is the sink's.
    private static string? Prefix(string? prefix) => prefix?.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : null;
}
