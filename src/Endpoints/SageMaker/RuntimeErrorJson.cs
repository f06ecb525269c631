using System.Text.Json.Serialization;

namespace Swath.Endpoints.SageMaker;

/// <summary>The runtime writes <c>Message</c> or <c>message</c>, by the error.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(RuntimeError))]
internal sealed partial class RuntimeErrorJson : JsonSerializerContext;
