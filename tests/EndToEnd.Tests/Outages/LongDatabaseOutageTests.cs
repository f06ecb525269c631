namespace Swath.EndToEnd.Tests.Outages;

/// <summary>PostgreSQL is away for longer than anything here waits. A class of its own: it runs beside the shorter absences.</summary>
public sealed class LongDatabaseOutageTests
{
    [SkippableFact]
    public Task Postgres_AwayForMinutes_EveryJobCompletesAndNoCheckpointedTileIsSentAgain() =>
        DatabaseOutage.RunAsync(TimeSpan.FromMinutes(2), "QUIT");
}
