using System.Text.Json.Serialization;

namespace Swath.Endpoints.Aws.Kinesis;

[JsonSerializable(typeof(PutRecordsInput))]
[JsonSerializable(typeof(PutRecordsOutput))]
internal sealed partial class KinesisJson : JsonSerializerContext;
