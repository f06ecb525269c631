using Swath.Contracts;
using Swath.Endpoints.Aws.Kinesis;
using Swath.Imaging;
using Swath.Worker.Sinks.Kinesis;
using Swath.Worker.Sinks.S3;

namespace Swath.Worker.Sinks;

/// <inheritdoc cref="IFeatureSinkFactory"/>
internal sealed class FeatureSinkFactory(S3Connection s3, IKinesisStreams kinesis, ImageAccess images, TimeProvider clock) : IFeatureSinkFactory
{
    private const int MostRecords = 500;

    public IFeatureSink Create(OutputSink output, string jobId)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.Type switch
        {
            OutputType.File => FileSinks.For(Required(output, output.Path, "path", "the file that is to be written"), images),
            OutputType.S3 => new S3Sink(Required(output, output.Bucket, "bucket", "the bucket's name"), output.Prefix, jobId, s3, S3Sizes.Default),
            OutputType.Kinesis => new KinesisSink(
                Required(output, output.Stream, "stream", "the stream's name"), jobId, Math.Clamp(output.BatchSize ?? MostRecords, 1, MostRecords), kinesis, clock),
            _ => throw new SinkException($"This build has no sink of type {output.Type}. Use an output of type File, S3 or Kinesis."),
        };
    }

    private static string Required(OutputSink output, string? value, string member, string meaning) => string.IsNullOrWhiteSpace(value)
        ? throw new SinkException($"An output of type {output.Type} has no {member}. Set '{member}' to {meaning}.")
        : value;
}
