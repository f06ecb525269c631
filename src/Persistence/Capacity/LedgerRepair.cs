namespace Swath.Persistence.Capacity;

/// <summary>Something in the ledger that was wrong and was put right.</summary>
/// <param name="What">What was wrong and what was done, in words.</param>
/// <param name="JobId">The job that it was about, if one.</param>
public sealed record LedgerRepair(string What, Guid? JobId = null);
