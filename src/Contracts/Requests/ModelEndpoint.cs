using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>A model endpoint as a request names it.</summary>
public sealed record ModelEndpoint
{
    /// <summary>A SageMaker endpoint's name, or the URL that an HTTP model's <c>/invocations</c> answers at.</summary>
    public required string Name { get; init; }

    public EndpointType Type { get; init; } = EndpointType.Http;

    /// <summary>A production variant; chosen by weight when absent. HTTP endpoints have none.</summary>
    public string? TargetVariant { get; init; }

    /// <summary>The ARN of the role that invokes the endpoint; the process's own credentials when absent.</summary>
    public string? AssumedRole { get; init; }

    /// <summary>Further parameters of the invocation, by the names of the SageMaker runtime API (<c>CustomAttributes</c>, ...).</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}

[JsonConverter(typeof(JsonStringEnumConverter<EndpointType>))]
public enum EndpointType
{
    Http,
    SageMaker,
}
