namespace Swath.Contracts;

/// <summary>The result is written to one output at least. The job is partially completed when tiles or regions failed.</summary>
public sealed record JobCompleted
{
    public required Guid JobId { get; init; }
    public required long Features { get; init; }

    /// <summary>Where the result can be read: paths or URLs, one per successful output.</summary>
    public required IReadOnlyList<string> Results { get; init; }

    /// <summary>Outputs that could not be written, with the reason; at least one other succeeded.</summary>
    public IReadOnlyList<string> FailedOutputs { get; init; } = [];
}
