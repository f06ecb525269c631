namespace Swath.Persistence.EventSourcing;

/// <summary>The outcome of comparing rows with events.</summary>
/// <param name="Streams">How many event streams were folded.</param>
/// <param name="Differences">Every column of every job that differs; empty when all agree.</param>
/// <param name="Left">Streams that were not folded: they hold events of a newer release.</param>
public sealed record SagaVerification(long Streams, IReadOnlyList<SagaDifference> Differences, long Left)
{
    /// <summary>True when every row is what its events fold to.</summary>
    public bool Agrees => Differences.Count == 0;
}
