using Amazon.Runtime;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Aws.Kinesis;

namespace Swath.Worker.Sinks.Kinesis;

/// <summary>Writes batches until every record of them is in the stream: those that failed, and only those, are sent again after a while.</summary>
internal sealed class KinesisWriter(string stream, IKinesisStreams streams, TimeProvider clock)
{
    private const int MostAttempts = 10;

    // A shard that is out of throughput has more of it the next second.
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private long _written;

    /// <exception cref="SinkException">Kinesis refused, or records still failed after all attempts.</exception>
    public async Task WriteAsync(IReadOnlyList<KinesisRecord> batch, CancellationToken cancellationToken)
    {
        var left = batch;
        for (var attempt = 1; ; attempt++)
        {
            var (failed, why) = await TryAsync(left, cancellationToken);
            _written += left.Count - failed.Count;
            if (failed.Count == 0)
                return;
            if (attempt == MostAttempts)
                throw NotWritten(failed.Count, $"{why} {MostAttempts} attempts were made. Give the stream more shards, or make it on-demand.");
            left = failed;
            await Task.Delay(Delay(attempt), clock, cancellationToken);
        }
    }

    /// <returns>The records that are to be sent again, and why.</returns>
    private async Task<(IReadOnlyList<KinesisRecord> Failed, string Why)> TryAsync(IReadOnlyList<KinesisRecord> records, CancellationToken cancellationToken)
    {
        IReadOnlyList<PutRecordOutcome> outcomes;
        try
        {
            outcomes = await streams.PutRecordsAsync(stream, records, cancellationToken);
        }
        catch (Exception failure) when (AwsFailures.IsTransient(failure) && AwsFailures.IsExpected(failure, cancellationToken))
        {
            return (records, AwsFailures.Describe(failure));
        }
        catch (Exception failure) when (AwsFailures.IsExpected(failure, cancellationToken))
        {
            throw NotWritten(records.Count, $"{AwsFailures.Describe(failure)} {Advice(failure)}", failure);
        }

        var failed = records.Where((_, index) => outcomes[index].ErrorCode is not null).ToList();
        var first = outcomes.FirstOrDefault(outcome => outcome.ErrorCode is not null);
        return (failed, $"{first?.ErrorCode}: {first?.ErrorMessage?.TrimEnd('.')}.");
    }

    // Full jitter over the upper half: workers that were throttled together don't come back together.
    private static TimeSpan Delay(int attempt)
    {
        var longest = Math.Min(LongestDelay.TotalSeconds, FirstDelay.TotalSeconds * Math.Pow(2, attempt - 1));
        return TimeSpan.FromSeconds(longest * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }

    private static string Advice(Exception failure) => failure is AmazonServiceException refusal
        ? refusal.ErrorCode switch
        {
            "ResourceNotFoundException" => "Create the stream, or check its name and AWS_REGION.",
            "AccessDeniedException" => "Allow kinesis:PutRecords on the stream.",
            _ => "Check the stream and the credentials.",
        }
        : "Check AWS_REGION, AWS_ENDPOINT_URL and the credentials.";

    private SinkException NotWritten(int records, string why, Exception? inner = null) =>
        new($"The output Kinesis stream {stream} can't be written ({_written} records were, {records} of a batch were not): {why}", inner);
}
