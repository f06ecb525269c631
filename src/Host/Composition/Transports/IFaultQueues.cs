namespace Swath.Host.Composition.Transports;

/// <summary>The queues in which messages wait that failed for good.</summary>
internal interface IFaultQueues
{
    /// <summary>What waits in them, oldest first in each; nothing is taken out.</summary>
    /// <param name="limit">At most so many of each queue.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<FaultedMessage>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Puts messages back where they failed.</summary>
    /// <param name="wanted">Which ones.</param>
    /// <param name="cancellationToken">Ends the call; what was put back until then is.</param>
    Task<FaultRetries> RetryAsync(Func<FaultedMessage, bool> wanted, CancellationToken cancellationToken);
}
