using System.Text.Json.Serialization;

namespace Swath.Endpoints.Aws.Sqs;

/// <summary>Members that are null are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SqsWire.QueueUrlInput))]
[JsonSerializable(typeof(SqsWire.QueueUrlOutput))]
[JsonSerializable(typeof(SqsWire.QueueAttributesInput))]
[JsonSerializable(typeof(SqsWire.QueueAttributesOutput))]
[JsonSerializable(typeof(SqsWire.ReceiveInput))]
[JsonSerializable(typeof(SqsWire.ReceiveOutput))]
[JsonSerializable(typeof(SqsWire.ReceiptInput))]
[JsonSerializable(typeof(SqsWire.SendInput))]
[JsonSerializable(typeof(SqsWire.SendOutput))]
[JsonSerializable(typeof(AwsNothing))]
internal sealed partial class SqsJson : JsonSerializerContext;
