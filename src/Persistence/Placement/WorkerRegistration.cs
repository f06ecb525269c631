namespace Swath.Persistence.Placement;

/// <summary>What a worker says of itself when it joins.</summary>
public sealed record WorkerRegistration
{
    /// <summary>Names the worker and its queue; the same after a restart where that is possible.</summary>
    public required string WorkerId { get; init; }

    /// <summary>New with every start of the process: what an older incarnation had accepted is lost.</summary>
    public required Guid Incarnation { get; init; }

    /// <summary>Regions at once, 1 or more.</summary>
    public required int Slots { get; init; }

    /// <summary>Labels such as <c>hardware=gpu</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What the worker can do, such as <c>gdal</c> or <c>s3</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The machine, for people.</summary>
    public string? Host { get; init; }
}
