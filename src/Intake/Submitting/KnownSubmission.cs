namespace Swath.Intake.Submitting;

/// <summary>A request that was accepted before.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Key">Its name among those of its tenant.</param>
/// <param name="JobId">The job that it is.</param>
/// <param name="Hash">What it asks for.</param>
/// <param name="NeverBegan">True when the job has failed, and none of its regions was ever given to a worker.</param>
internal sealed record KnownSubmission(string Tenant, string Key, Guid JobId, byte[] Hash, bool NeverBegan);
