using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>The calls of Kinesis that Swath makes; needs kinesis:PutRecords on the stream, and asks with kinesis:DescribeStreamSummary where it may.</summary>
internal sealed class KinesisClient(KinesisConfig config) : AwsJsonClient(config, "Kinesis_20131202")
{
    public async Task<IReadOnlyList<PutRecordOutcome>> PutRecordsAsync(string stream, IReadOnlyList<KinesisRecord> records, CancellationToken cancellationToken)
    {
        var output = await CallAsync(
            "PutRecords",
            new PutRecordsInput { StreamName = stream, Records = records },
            KinesisJson.Default.PutRecordsInput,
            KinesisJson.Default.PutRecordsOutput,
            cancellationToken).ConfigureAwait(false);
        // Whoever pairs outcomes with records must not be left to guess.
        if (output.Records?.Count != records.Count)
            throw new AmazonClientException($"Kinesis answered for {output.Records?.Count ?? 0} of {records.Count} records. Does AWS_ENDPOINT_URL name something else?");
        return output.Records;
    }

    public Task DescribeAsync(string stream, CancellationToken cancellationToken) => CallAsync(
        "DescribeStreamSummary", new StreamSummaryInput { StreamName = stream }, KinesisJson.Default.StreamSummaryInput, KinesisJson.Default.StreamSummaryOutput, cancellationToken);
}
