namespace Swath.Persistence.Tests.EventSourcing;

public sealed record VoyageStarted
{
    public required Guid JobId { get; init; }
    public required string Ship { get; init; }

    /// <summary>New in version 3; version 2 had it inside "crew", version 1 not at all.</summary>
    public string? Master { get; init; }
}

public sealed record PortReached
{
    public required Guid JobId { get; init; }
    public required string Port { get; init; }
    public long Cargo { get; init; }
}

public sealed record VoyageHeld
{
    public required Guid JobId { get; init; }
}

public sealed record VoyageResumed
{
    public required Guid JobId { get; init; }
}

public sealed record VoyageEnded
{
    public required Guid JobId { get; init; }
}

/// <summary>Ignored in every state.</summary>
public sealed record WhistleBlown
{
    public required Guid JobId { get; init; }
}

/// <summary>The table goes to another state than the fold.</summary>
public sealed record FlagLost
{
    public required Guid JobId { get; init; }
}

/// <summary>The table changes the state without accepting.</summary>
public sealed record CourseLost
{
    public required Guid JobId { get; init; }
}

/// <summary>What the saga sends.</summary>
public sealed record ReportPort
{
    public required Guid JobId { get; init; }
    public required string Port { get; init; }
}
