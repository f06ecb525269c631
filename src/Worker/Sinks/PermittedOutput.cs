using Swath.Access;
using Swath.Access.Buckets;
using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>An output as its job may write it.</summary>
internal static class PermittedOutput
{
    /// <summary>The output, held against the job's grants. A file has the name that its links lead to: that one was looked at, so that one is written.</summary>
    /// <exception cref="SinkException">The job may not write there; the message says which setting would permit it.</exception>
    public static OutputSink Of(OutputSink output, JobAccess access, Guid jobId, string? externalId, string imageUrl)
    {
        ArgumentNullException.ThrowIfNull(output);
        var resolved = output.Path;
        var problem = output.Type switch
        {
            OutputType.File when !string.IsNullOrWhiteSpace(output.Path) => access.OutputFileProblem(output.Path, imageUrl, out resolved),
            OutputType.S3 when !string.IsNullOrWhiteSpace(output.Bucket) => ResultKey.ProblemOf(output.Prefix) is { } prefix
                ? $"has a prefix that {prefix}"
                : access.OutputObjectProblem(output.Bucket, ResultKey.Of(output.Prefix, jobId, externalId), imageUrl),
            OutputType.Kinesis when !string.IsNullOrWhiteSpace(output.Stream) => access.OutputStreamProblem(output.Stream),
            _ => null,
        };
        return problem is null ? output with { Path = resolved } : throw new SinkException($"The output {output.Path ?? output.Bucket ?? output.Stream} {problem}.");
    }

    /// <summary>What the job is called in an output: the last part of an object's key, and what records are gathered under.</summary>
    public static string NameOf(OutputSink output, Guid jobId, string? externalId) => output.Type == OutputType.S3
        ? ResultKey.NameOf(jobId, externalId)
        : externalId ?? jobId.ToString();
}
