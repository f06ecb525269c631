namespace Swath.Host.Composition.Transports;

/// <summary>What became of messages that were to be tried again.</summary>
/// <param name="PutBack">They are in their queues again.</param>
/// <param name="Dropped">Their queue is gone: it was a worker's, and its regions have gone to others since.</param>
internal sealed record FaultRetries(int PutBack, int Dropped);
