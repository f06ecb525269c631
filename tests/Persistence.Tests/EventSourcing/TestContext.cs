namespace Swath.Persistence.Tests.EventSourcing;

internal static class TestContext
{
    /// <summary>Ends a wait that should have ended long ago.</summary>
    public static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
}
