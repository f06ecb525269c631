namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>How one record of a call fared.</summary>
public sealed class PutRecordOutcome
{
    /// <summary>The record's number within its shard; null when it was not written.</summary>
    public string? SequenceNumber { get; set; }

    /// <summary><c>ProvisionedThroughputExceededException</c> or <c>InternalFailure</c>; null when it was written.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>More of it.</summary>
    public string? ErrorMessage { get; set; }
}
