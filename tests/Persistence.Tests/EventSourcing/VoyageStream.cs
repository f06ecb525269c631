using System.Text.Json.Nodes;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Tests.EventSourcing;

internal static class VoyageStream
{
    public static void Configure(EventStreamConfigurator<Voyage> stream) => stream
        .Event<VoyageStarted>("voyage-started", version: 3)
        .Upcast("voyage-started", 1, old => new JsonObject
        {
            ["jobId"] = old["id"]!.DeepClone(),
            ["ship"] = old["vessel"]!.DeepClone(),
            ["crew"] = new JsonObject { ["master"] = "unknown" },
        })
        .Upcast("voyage-started", 2, old => new JsonObject
        {
            ["jobId"] = old["jobId"]!.DeepClone(),
            ["ship"] = old["ship"]!.DeepClone(),
            ["master"] = old["crew"]!["master"]!.DeepClone(),
        })
        .Event<PortReached>("port-reached")
        .Event<VoyageHeld>("voyage-held")
        .Event<VoyageResumed>("voyage-resumed")
        .Event<VoyageEnded>("voyage-ended")
        .Event<FlagLost>("flag-lost")
        .Column("name", v => v.Ship)
        .Column("tenant", v => v.Master)
        .Column("regions_done", v => v.Ports.Length)
        .Column("features", v => v.Cargo)
        .ArrayColumn("results", v => v.Ports)
        .JsonColumn("affinity", v => v.Ports.Length > 2 ? new { first = v.Ports[0], calls = v.Ports.Length } : null)
        .Column("requested_at", v => v.StartedAt)
        .Column("started_at", v => v.StartedAt)
        .Column("finished_at", v => v.EndedAt)
        .Command<ReportPort>("report-port")
        .Awaits(v => v.Status == "Queued" ? [OutboxEntry.Send(VoyageStateMachine.Harbour, new ReportPort { JobId = Guid.Empty, Port = $"where is {v.Ship}" })] : [], "Queued")
        .FinalStates("Completed");
}
