namespace Swath.Endpoints.Aws.Kinesis;

internal sealed class PutRecordsOutput
{
    public List<PutRecordOutcome>? Records { get; set; }
}
