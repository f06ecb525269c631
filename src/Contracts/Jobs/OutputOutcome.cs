using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>What became of one output of a job. Exactly one of the two texts is there.</summary>
/// <param name="Output">Its place in the request's outputs, from 0.</param>
/// <param name="Result">Where the result can be read: a path or a URL; null when it was not written.</param>
/// <param name="Failure">Why it could not be written, and what to change; null when it was.</param>
public sealed record OutputOutcome(
    int Output,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Failure = null);
