using Npgsql;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Capacity;

/// <summary>
/// Admits a batch in one transaction; where the database refuses it, in halves, down to the job that it refuses: one that does not fit keeps
/// nobody else waiting.
/// </summary>
internal sealed class AdmissionAttempt(NpgsqlDataSource database, IOutbox outbox, RunningJobs running, AdmissionBatch batch)
{
    // What this attempt has committed itself moves on what it has seen.
    private readonly Dictionary<string, long> _workers = new(batch.SeenWorkers, StringComparer.Ordinal);
    private long _version = batch.SeenVersion;

    public Task<AdmissionOutcome> RunAsync(CancellationToken cancellationToken) => AdmitAsync(batch.Jobs, cancellationToken);

    private async Task<AdmissionOutcome> AdmitAsync(IReadOnlyList<AdmissionCandidate> jobs, CancellationToken cancellationToken)
    {
        try
        {
            return await CommitAsync(jobs, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException race) when (race.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable)
        {
            return AdmissionOutcome.Lost(LostRace.Database);
        }
        catch (Exception refusal) when (IsRefusal(refusal))
        {
            return jobs.Count == 1
                ? new AdmissionOutcome(null, []) { Refused = [new RefusedAdmission(jobs[0].JobId, refusal is PostgresException answer ? answer.MessageText : refusal.Message)] }
                : await HalveAsync(jobs, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<AdmissionOutcome> CommitAsync(IReadOnlyList<AdmissionCandidate> jobs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var outcome = await new AdmissionTransaction(connection, transaction, running)
            .RunAsync(batch with { Jobs = jobs, SeenVersion = _version, SeenWorkers = _workers }, outbox, cancellationToken).ConfigureAwait(false);
        if (outcome.Admitted.Count > 0)
            _version++;
        foreach (var worker in outcome.Admitted.SelectMany(job => job.Placements).Select(placement => placement.WorkerId).Distinct())
            _workers[worker]++;
        return outcome;
    }

    /// <summary>Once something is committed, a race that is lost later is no loss: who is left is looked at again.</summary>
    private async Task<AdmissionOutcome> HalveAsync(IReadOnlyList<AdmissionCandidate> jobs, CancellationToken cancellationToken)
    {
        var first = await AdmitAsync([.. jobs.Take(jobs.Count / 2)], cancellationToken).ConfigureAwait(false);
        if (first.LostRace is not null)
            return first;
        var second = await AdmitAsync([.. jobs.Skip(jobs.Count / 2)], cancellationToken).ConfigureAwait(false);
        return new AdmissionOutcome(null, [.. first.Admitted, .. second.Admitted]) { Refused = [.. first.Refused, .. second.Refused] };
    }

    // Data that does not fit, or a constraint. Anything else says nothing of the jobs.
    private static bool IsRefusal(Exception failure) =>
        failure is OverflowException || (failure is PostgresException answer && answer.SqlState[..2] is "22" or "23");
}
