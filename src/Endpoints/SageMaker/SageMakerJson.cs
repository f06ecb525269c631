using System.Text.Json.Serialization;

namespace Swath.Endpoints.SageMaker;

/// <summary>What travels is small: only the members that are used, the others are skipped.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DescribeEndpointInput))]
[JsonSerializable(typeof(DescribeEndpointOutput))]
[JsonSerializable(typeof(ListTagsInput))]
[JsonSerializable(typeof(ListTagsOutput))]
internal sealed partial class SageMakerJson : JsonSerializerContext;
