using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.Tenants;

namespace Swath.Intake.Submitting;

/// <summary>
/// Says whether one more job may wait, before it is accepted. What waits is counted about once a second for each tenant, and what this process
/// has let in since is added: the limit may be overshot by what other processes let in meanwhile, and nobody waits for a lock.
/// </summary>
internal sealed class QueueRoom(NpgsqlDataSource database, TimeProvider time, IOptionsMonitor<SubmissionOptions> options)
{
    private static readonly TimeSpan CountHolds = TimeSpan.FromSeconds(1);

    // Requests name their tenants themselves: those of the past must not fill the memory.
    private const int MostTenants = 1000;

    // Served by jobs_requested and submissions_by_time: what is accepted and not known to its saga yet is no older than a moment.
    private const string Count =
        """
        with begun as (
          select s.tenant from submissions s
           where s.submitted_at > now() - interval '5 minutes' and not exists (select from jobs j where j.job_id = s.job_id)
        ), waiting as not materialized (
          select tenant from queue union all select tenant from jobs where state = 'Requested'
        )
        select (select tier from tenants where tenant = $1), (select max_queued from tenants where tenant = $1),
               (select count(*) from waiting where tenant = $1) + (select count(*) from begun where tenant = $1),
               (select count(*) from waiting) + (select count(*) from begun)
        """;

    private readonly ConcurrentDictionary<string, Tally> _tallies = new(StringComparer.Ordinal);
    private long _admittedInAll;

    /// <returns>Why there is no room, as a sentence; null when there is.</returns>
    public async Task<string?> WhyFullAsync(string tenant, CancellationToken cancellationToken)
    {
        var tally = await CurrentAsync(tenant, cancellationToken).ConfigureAwait(false);
        if (tally.OfTenant + Interlocked.Read(ref tally.Admitted) >= tally.Limit)
            return $"The queue of tenant {tenant} ({tally.Tier}) is full: {tally.Limit} jobs wait. Send the request again later, or have tenants.max_queued or the tenant's tier raised.";
        var most = options.CurrentValue.MaxWaitingJobs;
        return tally.InAll + Interlocked.Read(ref _admittedInAll) - tally.AdmittedInAllBefore >= most
            ? $"The queue is full: {most} jobs of all tenants wait. Send the request again later, or have MAX_WAITING_JOBS raised."
            : null;
    }

    /// <summary>One more of the tenant's jobs waits.</summary>
    public void Admitted(string tenant)
    {
        Interlocked.Increment(ref _admittedInAll);
        if (_tallies.TryGetValue(tenant, out var tally))
            Interlocked.Increment(ref tally.Admitted);
    }

    private async Task<Tally> CurrentAsync(string tenant, CancellationToken cancellationToken)
    {
        if (_tallies.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.CountedAt) < CountHolds)
            return known;
        if (_tallies.Count >= MostTenants)
            _tallies.Clear();
        var before = Interlocked.Read(ref _admittedInAll);
        var countedAt = time.GetTimestamp();
        await using var command = database.CreateCommand(Count);
        command.Parameters.AddWithValue(tenant);
        await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        var tier = TenantTier.Named(row.IsDBNull(0) ? null : row.GetString(0));
        return _tallies[tenant] = new Tally
        {
            Tier = tier.Name,
            Limit = row.IsDBNull(1) ? tier.MaxQueued : row.GetInt32(1),
            OfTenant = row.GetInt64(2),
            InAll = row.GetInt64(3),
            AdmittedInAllBefore = before,
            CountedAt = countedAt,
        };
    }

    private sealed class Tally
    {
        /// <summary>What this process let in since the count.</summary>
        public long Admitted;

        public required string Tier { get; init; }
        public required int Limit { get; init; }
        public required long OfTenant { get; init; }
        public required long InAll { get; init; }
        public required long AdmittedInAllBefore { get; init; }
        public required long CountedAt { get; init; }
    }
}
