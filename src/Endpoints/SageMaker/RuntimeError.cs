using System.Text.Json;

namespace Swath.Endpoints.SageMaker;

/// <summary>What the runtime says of a failed invocation; every member may be missing.</summary>
internal sealed class RuntimeError
{
    public string? Message { get; set; }

    /// <summary>The status that the model itself answered, when it was the model's error.</summary>
    public int? OriginalStatusCode { get; set; }

    /// <summary>What the model itself said.</summary>
    public string? OriginalMessage { get; set; }

    /// <summary>Where the model's log is.</summary>
    public string? LogStreamArn { get; set; }

    public static RuntimeError Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, RuntimeErrorJson.Default.RuntimeError) ?? new RuntimeError();
        }
        catch (JsonException)
        {
            // A proxy's page, or more text than is read: the status and the error's type say enough.
            return new RuntimeError();
        }
    }
}
