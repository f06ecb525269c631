namespace Swath.EndToEnd.Tests.Outages;

/// <summary>PostgreSQL ends in the middle of jobs and comes back: before the workers' leases run out, and after.</summary>
public sealed class DatabaseOutageTests
{
    [SkippableTheory]
    [InlineData(5, "QUIT")]
    [InlineData(30, "KILL")]
    public Task Postgres_AwayInTheMiddleOfJobs_EveryJobCompletesAndNoCheckpointedTileIsSentAgain(int seconds, string signal) =>
        DatabaseOutage.RunAsync(TimeSpan.FromSeconds(seconds), signal);
}
