using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>
/// The result was assembled, and each output written or not. The job is partially completed when tiles, regions or outputs failed, also when
/// no output could be written: its features are kept, and the outputs can be written later.
/// </summary>
public sealed record JobCompleted
{
    public required Guid JobId { get; init; }
    public required long Features { get; init; }

    /// <summary>Features of the models' answers that could not be used and were left out; a warning says why the first ones could not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DroppedFeatures { get; init; }

    /// <summary>What a user should know of the result beside what the measuring warned of; null when there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Where the result can be read: paths or URLs, one per output that was written now.</summary>
    public required IReadOnlyList<string> Results { get; init; }

    /// <summary>Why outputs could not be written, in words, one per output that failed now.</summary>
    public IReadOnlyList<string> FailedOutputs { get; init; } = [];

    /// <summary>The same by output, each that was to be written once. Empty in the messages of releases that took one output for enough.</summary>
    public IReadOnlyList<OutputOutcome> Outputs { get; init; } = [];
}
