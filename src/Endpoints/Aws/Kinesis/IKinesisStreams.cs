namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>Kinesis Data Streams, as far as Swath writes to them.</summary>
public interface IKinesisStreams
{
    /// <summary>
    /// One call of PutRecords (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html): at most 500 records. Some may
    /// be written and others not; a failed call may have written any of them.
    /// </summary>
    /// <returns>One outcome for each record, in the order of the records.</returns>
    /// <exception cref="Amazon.Runtime.AmazonServiceException">Kinesis refused the call as a whole; see <see cref="AwsFailures"/> for what else may be thrown.</exception>
    Task<IReadOnlyList<PutRecordOutcome>> PutRecordsAsync(string stream, IReadOnlyList<KinesisRecord> records, CancellationToken cancellationToken);

    /// <summary>
    /// One call of DescribeStreamSummary (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html), which needs a permission of
    /// its own: a refusal says nothing of writing.
    /// </summary>
    /// <returns>False when there is no such stream.</returns>
    /// <exception cref="Amazon.Runtime.AmazonServiceException">Kinesis refused to tell.</exception>
    Task<bool> ExistsAsync(string stream, CancellationToken cancellationToken);
}
