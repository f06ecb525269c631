namespace Swath.Contracts;

/// <summary>Which workers may, should and should not process a job's regions. Hard beats anti beats soft.</summary>
public sealed record Affinity
{
    /// <summary>Must hold; the job waits (<see cref="WaitingReason.NoEligibleWorker"/>) while no living worker meets it.</summary>
    public WorkerRule Hard { get; init; } = new();

    /// <summary>Preferred: score 50, +50 for the worker id, +5 for each tag, at most 100.</summary>
    public WorkerRule Soft { get; init; } = new();

    /// <summary>Kinds of job that must not run on the same worker at the same time.</summary>
    public IReadOnlyList<string> AntiJobKinds { get; init; } = [];
}

/// <summary>What a worker is asked to be.</summary>
public sealed record WorkerRule
{
    public string? WorkerId { get; init; }

    /// <summary>Labels such as <c>hardware=gpu</c>, <c>region=us-west-2</c>, <c>compliance=itar</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What the worker can do, such as <c>gdal</c> or <c>s3</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];
}
