using System.Collections.Immutable;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Tests.EventSourcing;

/// <summary>The state of the smallest saga that has everything: a ship that calls at ports until its voyage ends.</summary>
public sealed record Voyage : IFold<Voyage>
{
    public static Voyage Initial { get; } = new();

    public string Status { get; init; } = "Initial";

    public string? Ship { get; init; }

    public ImmutableArray<string> Ports { get; init; } = [];

    public long Cargo { get; init; }

    public string? Master { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public Voyage Apply(object accepted, DateTimeOffset at) => accepted switch
    {
        VoyageStarted e => this with { Status = "Running", Ship = e.Ship, Master = e.Master, StartedAt = at },
        PortReached e => this with { Ports = Ports.Add(e.Port), Cargo = Cargo + e.Cargo },
        VoyageHeld => this with { Status = "Queued" },
        VoyageResumed => this with { Status = "Running" },
        VoyageEnded => this with { Status = "Completed", EndedAt = at },
        FlagLost => this,
        _ => throw new ArgumentException($"No such event: {accepted.GetType().Name}", nameof(accepted)),
    };
}
