namespace Swath.Endpoints.Aws.Kinesis;

internal sealed class PutRecordsInput
{
    public required string StreamName { get; set; }

    public required IReadOnlyList<KinesisRecord> Records { get; set; }
}
