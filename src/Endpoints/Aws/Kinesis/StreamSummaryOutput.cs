namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>That there is one is all that Swath asks.</summary>
internal sealed class StreamSummaryOutput;
