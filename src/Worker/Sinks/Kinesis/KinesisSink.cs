using System.Buffers.Binary;
using System.Text;
using Swath.Contracts;
using Swath.Endpoints.Aws.Kinesis;

namespace Swath.Worker.Sinks.Kinesis;

/// <summary>
/// Writes one record a feature, a FeatureCollection of that feature alone, under the job's id as partition key. A stream takes nothing back, so
/// features wait in a temporary file until the result is whole. Delivery is at least once: a job that is assembled again writes its records again.
/// </summary>
internal sealed class KinesisSink(string stream, string jobId, int batchSize, IKinesisStreams streams, TimeProvider clock) : IFeatureSink
{
    // https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html: what every stream takes. Some take more since 2025.
    private const int MostRecordBytes = 1 << 20;
    private const int MostBatchBytes = 5 << 20;

    private static readonly byte[] Opening = Encoding.UTF8.GetBytes("""{"type":"FeatureCollection","features":[""");
    private static readonly byte[] Closing = "]}"u8.ToArray();

    private FileStream? _waiting;

    public string Name => $"Kinesis stream {stream}";

    public async Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken) => await streams.ExistsAsync(stream, cancellationToken)
        ? null
        : new OutputProblem($"The output {Name} can't be written: there is no such stream. Create the stream, or check its name and AWS_REGION.", HoldsEverywhere: true);

    public Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        try
        {
            // The upstream's id may be no name for a file.
            var name = string.Concat(jobId.Where(char.IsAsciiLetterOrDigit).Take(40));
            var path = Path.Combine(Path.GetTempPath(), $"swath-{name}-{Path.GetRandomFileName()}.partial");
            _waiting = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, FileOptions.Asynchronous);
            // Without a name it is gone with this process, however that ends.
            File.Delete(path);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(e);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
    {
        var waiting = _waiting ?? throw new InvalidOperationException("The sink is not open.");
        var length = Opening.Length + feature.Length + Closing.Length;
        if (length + jobId.Length > MostRecordBytes)
        {
            throw new SinkException(
                $"The output {Name} can't be written: a feature of {feature.Length} bytes does not fit into a record, which holds {MostRecordBytes}. Add an output of type S3 or File.");
        }

        try
        {
            var prefix = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
            await waiting.WriteAsync(prefix, cancellationToken);
            await waiting.WriteAsync(Opening, cancellationToken);
            await waiting.WriteAsync(feature, cancellationToken);
            await waiting.WriteAsync(Closing, cancellationToken);
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw NotKept(e);
        }
    }

    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        var waiting = _waiting ?? throw new InvalidOperationException("The sink is not open.");
        var writer = new KinesisWriter(stream, streams, clock);
        var batch = new List<KinesisRecord>(batchSize);
        var bytes = 0;
        waiting.Position = 0;
        while (await NextAsync(waiting, cancellationToken) is { } data)
        {
            var size = data.Length + jobId.Length;
            if (batch.Count == batchSize || bytes + size > MostBatchBytes)
            {
                await writer.WriteAsync(batch, cancellationToken);
                batch.Clear();
                bytes = 0;
            }

            batch.Add(new KinesisRecord(jobId, data));
            bytes += size;
        }

        if (batch.Count > 0)
            await writer.WriteAsync(batch, cancellationToken);
        return $"kinesis://{stream}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_waiting is not null)
            await _waiting.DisposeAsync();
        _waiting = null;
    }

    private async Task<byte[]?> NextAsync(FileStream waiting, CancellationToken cancellationToken)
    {
        try
        {
            var prefix = new byte[sizeof(int)];
            if (await waiting.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancellationToken) < prefix.Length)
                return null;
            var data = new byte[BinaryPrimitives.ReadInt32LittleEndian(prefix)];
            await waiting.ReadExactlyAsync(data, cancellationToken);
            return data;
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw NotKept(e);
        }
    }

    private SinkException NotKept(Exception e) =>
        new($"The output {Name} can't be written: its features can't be kept in {Path.GetTempPath()} until they are sent: {e.Message} Check that it is writable and has room.", e);
}
