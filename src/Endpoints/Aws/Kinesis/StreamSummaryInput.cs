namespace Swath.Endpoints.Aws.Kinesis;

internal sealed class StreamSummaryInput
{
    public required string StreamName { get; set; }
}
