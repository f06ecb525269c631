using System.Text.Json.Serialization;

namespace Swath.Endpoints.Aws.Kinesis;

[JsonSerializable(typeof(PutRecordsInput))]
[JsonSerializable(typeof(PutRecordsOutput))]
[JsonSerializable(typeof(StreamSummaryInput))]
[JsonSerializable(typeof(StreamSummaryOutput))]
internal sealed partial class KinesisJson : JsonSerializerContext;
