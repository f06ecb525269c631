using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Outages;
using Swath.Persistence.Placement;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Admission;

/// <summary>
/// One look at what waits and what is free. Any number of schedulers may run cycles at once: each decides on what it has
/// seen, and the ledger lets only those commit that have seen the latest.
/// </summary>
public sealed class AdmissionCycle
{
    private const int Races = 10;
    private const int ShallowDepth = 8;
    private const int RegionsAtOnce = 500;

    private readonly CapacityLedger _ledger;
    private readonly WorkerRegistry _workers;
    private readonly UnassignedRegions _wanted;
    private readonly WaitingQueue _queue;
    private readonly WaitingReasons _reasons;
    private readonly AdmissionProgress _progress;
    private readonly RefusedAdmissions _refused;
    private readonly IOptionsMonitor<SchedulerOptions> _options;
    private readonly SchedulerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<AdmissionCycle> _logger;

    public AdmissionCycle(
        NpgsqlDataSource database, CapacityLedger ledger, WorkerRegistry workers, UnassignedRegions wanted,
        IOptionsMonitor<SchedulerOptions> options, SchedulerMetrics metrics, AdmissionProgress progress, TimeProvider time, ILogger<AdmissionCycle> logger)
    {
        (_ledger, _workers, _wanted, _options, _metrics, _time, _logger) = (ledger, workers, wanted, options, metrics, time, logger);
        _queue = new WaitingQueue(database, time);
        _reasons = new WaitingReasons(database);
        _progress = progress;
        _refused = new RefusedAdmissions(time);
    }

    /// <summary>Runs one cycle.</summary>
    /// <param name="endpoints">The endpoints where something has happened; null looks at all.</param>
    /// <param name="cancellationToken">Ends the cycle between two transactions.</param>
    public async Task<CycleReport> RunAsync(IReadOnlySet<string>? endpoints = null, CancellationToken cancellationToken = default)
    {
        var clock = new CycleClock(_time);
        var counts = new Counts();

        var board = await clock.TimeAsync("snapshot", () => ReadWorkersAsync(cancellationToken)).ConfigureAwait(false);
        await clock.TimeAsync("look", () => _queue.LookAsync(cancellationToken)).ConfigureAwait(false);
        var ledger = await clock.TimeAsync("snapshot", () => ReadLedgerAsync(endpoints, cancellationToken)).ConfigureAwait(false);
        counts.Resumed = await clock.TimeAsync("resume", () => ResumeRegionsAsync(board, cancellationToken)).ConfigureAwait(false);

        // The least loaded endpoint first: workers are shared, and it has the most to win. Equals by name: schedulers that begin at
        // once race for the same endpoint and lose at the first statement, instead of later for the workers that all share.
        var waiting = _queue.Waiting.ToHashSet();
        foreach (var entry in ledger.Where(entry => waiting.Contains(entry.Key) && _progress.MayTry(entry.Key)).OrderBy(entry => entry.Utilization).ThenBy(entry => entry.Key.Endpoint))
            board = await TryEndpointAsync(entry, board, clock, counts, cancellationToken).ConfigureAwait(false);

        _progress.CycleEnded(_queue.Waiting.ToHashSet());
        _metrics.Placements(board.Evaluations, board.PreferencePlacements, board.PreferredPlacements);
        foreach (var (step, took) in clock.Steps)
            _metrics.Step(step, took);
        return new CycleReport(counts.Admitted, counts.Resumed, counts.PassedOver, counts.LostRaces, counts.FleetIsFull || board.FreeSlots == 0, clock.Steps);
    }

    /// <summary>What fails on one endpoint is no other's business: it rests for a while, and the next one has its turn.</summary>
    /// <returns>The board as it is afterwards.</returns>
    private async Task<PlacementBoard> TryEndpointAsync(
        LedgerEntry entry, PlacementBoard board, CycleClock clock, Counts counts, CancellationToken cancellationToken)
    {
        try
        {
            board = await AdmitToEndpointAsync(entry, board, clock, counts, cancellationToken).ConfigureAwait(false);
            _progress.Looked(entry.Key);
            return board;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && (failure is PostgresException || !DatabaseAway.IsCauseOf(failure)))
        {
            var rest = _progress.Failed(entry.Key);
            _logger.LogError(failure, "Admission to endpoint {Endpoint} failed and is tried again in {Time}; the others go on", entry.Key, rest);
            return await clock.TimeAsync("snapshot", () => ReadWorkersAsync(cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>Heads, nominate (which orders and places), admit, requeue - until nobody more can be admitted.</summary>
    /// <returns>The board as it is afterwards; a new one when a race was lost.</returns>
    private async Task<PlacementBoard> AdmitToEndpointAsync(
        LedgerEntry entry, PlacementBoard board, CycleClock clock, Counts counts, CancellationToken cancellationToken)
    {
        var depth = ShallowDepth;
        for (var races = 0; races < Races && !cancellationToken.IsCancellationRequested;)
        {
            var started = clock.Now;
            var options = _options.CurrentValue;
            if (NothingCanBeAdmitted(entry, board, options))
                break;

            var current = entry;
            var boardNow = board;
            var heads = await clock.TimeAsync("heads", () => ReadHeadsAsync(current, boardNow, depth, cancellationToken)).ConfigureAwait(false);
            var nomination = clock.Time("nominate", () => new Nominator(current, heads, boardNow, options, _time.GetUtcNow(), _refused.ReasonOf).Run());
            var admitted = await clock.TimeAsync("admit", () => AdmitAsync(current, heads, nomination, boardNow, cancellationToken)).ConfigureAwait(false);
            await clock.TimeAsync("requeue", () => RequeueAsync(current, nomination, cancellationToken)).ConfigureAwait(false);
            _metrics.Decision(entry.Key.Endpoint, clock.Since(started));
            counts.PassedOver += nomination.PassedOver.Count;
            counts.FleetIsFull |= nomination.PassedOver.Any(verdict => verdict.Reason == WaitingReason.NoFreeSlot);

            if (admitted.LostRace is { } race)
            {
                races++;
                counts.LostRaces++;
                _metrics.LostRace(entry.Key.Endpoint, race);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * 5 * races), _time, cancellationToken).ConfigureAwait(false);
                board = await clock.TimeAsync("snapshot", () => ReadWorkersAsync(cancellationToken)).ConfigureAwait(false);
            }
            else
            {
                counts.Admitted += admitted.Admitted.Count;
                if (admitted.Refused.Count > 0)
                {
                    // Admitted in parts: the workers have had as many turns.
                    Rest(entry, admitted.Refused);
                    board = await clock.TimeAsync("snapshot", () => ReadWorkersAsync(cancellationToken)).ConfigureAwait(false);
                }
                else if (!nomination.MayHaveMore || (admitted.Admitted.Count == 0 && depth >= options.BatchSize))
                {
                    break;
                }

                depth = Math.Min(depth * 4, options.BatchSize);
            }

            var key = entry.Key;
            var again = await clock.TimeAsync("snapshot", () => ReadEntryAsync(key, cancellationToken)).ConfigureAwait(false);
            if (again is null)
                break;
            entry = again;
        }

        return board;
    }

    private void Rest(LedgerEntry entry, IReadOnlyList<RefusedAdmission> refused)
    {
        foreach (var job in refused)
        {
            var rest = _refused.Refuse(job.JobId, job.Why);
            _logger.LogError("Job {JobId} can't be admitted to endpoint {Endpoint}, the database refuses it: {Reason}. It is tried again in {Time}", job.JobId, entry.Key, job.Why, rest);
        }
    }

    private async Task<QueueHeads> ReadHeadsAsync(LedgerEntry entry, PlacementBoard board, int depth, CancellationToken cancellationToken)
    {
        var heads = await _queue.ReadAsync(entry.Key, depth, affinity => board.MissingRule(affinity) is null, cancellationToken).ConfigureAwait(false);
        return heads.With(entry, await _ledger.RunningAsync([.. heads.Tenants.Keys], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Full or unknown endpoints and a full fleet are not worth a look at the queue: what ends wakes admission again.</summary>
    private static bool NothingCanBeAdmitted(LedgerEntry entry, PlacementBoard board, SchedulerOptions options) =>
        (board.FreeSlots == 0 && board.Workers.Count > 0)
        || (options.ThrottlingEnabled && (entry.MaxCapacity == 0 || (entry.Available <= 0 && !entry.IsIdle)));

    private async Task<AdmissionOutcome> AdmitAsync(
        LedgerEntry entry, QueueHeads heads, Nomination nomination, PlacementBoard board, CancellationToken cancellationToken)
    {
        if (nomination.Candidates.Count == 0)
            return new AdmissionOutcome(null, []);

        var used = nomination.Candidates.SelectMany(candidate => candidate.Workers).ToArray();
        var outcome = await _ledger.TryAdmitAsync(
            new AdmissionBatch
            {
                Key = entry.Key,
                SeenVersion = entry.Version,
                Target = entry.Target,
                Jobs = nomination.Candidates,
                SeenWorkers = board.Versions(used),
                TenantLimits = nomination.Candidates.Select(candidate => candidate.Tenant).Distinct()
                    .ToDictionary(tenant => tenant, tenant => heads.Tenants[tenant].RunningLimit),
                VirtualTime = nomination.VirtualTime,
                Shares = nomination.Shares,
            },
            cancellationToken).ConfigureAwait(false);
        if (outcome.LostRace is null)
        {
            board.Committed(outcome.Admitted.SelectMany(job => job.Placements).Select(placement => placement.WorkerId));
            Report(entry, heads, outcome.Admitted);
        }

        return outcome;
    }

    private async Task<IReadOnlyList<WaitingVerdict>> RequeueAsync(LedgerEntry entry, Nomination nomination, CancellationToken cancellationToken)
    {
        var changed = await _reasons.WriteAsync(nomination.PassedOver, cancellationToken).ConfigureAwait(false);
        foreach (var verdict in changed)
        {
            _metrics.Throttled(entry.Key.Endpoint, verdict.Reason, verdict.Refusal);
            _logger.LogWarning(
                "Job {JobId} waits for endpoint {Endpoint}: {Reason}, {Detail}; required {Required}, available {Available} of target {Target}",
                verdict.Job.JobId, entry.Key, verdict.Reason, verdict.Detail, verdict.Job.Load, entry.Available, entry.Target);
        }

        return changed;
    }

    /// <summary>Regions of running jobs come first: their capacity is reserved already.</summary>
    private async Task<int> ResumeRegionsAsync(PlacementBoard board, CancellationToken cancellationToken)
    {
        if (board.FreeSlots == 0)
            return 0;
        var wanted = await _wanted.ReadAsync(RegionsAtOnce, cancellationToken).ConfigureAwait(false);
        var assignments = new List<RegionAssignment>();
        foreach (var region in wanted)
        {
            if (board.TryPlace(region.JobId, region.Kind, region.Affinity, regions: 1) is { Outcome: PlacementOutcome.Placed, Workers: [var worker] })
                assignments.Add(new RegionAssignment(region, worker));
        }

        if (assignments.Count == 0)
            return 0;
        var workers = assignments.Select(assignment => assignment.WorkerId).ToArray();
        var placed = await _wanted.TryPlaceAsync(assignments, board.Versions(workers), cancellationToken).ConfigureAwait(false);
        if (placed is null)
            return 0;
        board.Committed(workers);
        foreach (var region in placed)
        {
            _logger.LogInformation(
                "Region {RegionId} of job {JobId} goes to worker {WorkerId} as attempt {Attempt}: {Reason}",
                region.Placement.RegionId, region.JobId, region.Placement.WorkerId, region.Placement.Attempt, region.Reason);
        }

        return placed.Count;
    }

    private void Report(LedgerEntry entry, QueueHeads heads, IReadOnlyList<CapacityReserved> admitted)
    {
        var jobs = heads.Jobs.ToDictionary(job => job.JobId);
        var now = _time.GetUtcNow();
        var available = entry.Available;
        foreach (var job in admitted)
        {
            var waiting = jobs[job.JobId];
            _metrics.Admitted(entry.Key.Endpoint, heads.Tenants[waiting.Tenant].Tier.Name, now - waiting.QueuedAt);
            _logger.LogInformation(
                "Job {JobId} admitted to endpoint {Endpoint}: required {Required}, available {Available} of target {Target}",
                job.JobId, entry.Key, job.Load, available, entry.Target);
            available -= job.Load;
        }

        _metrics.Utilization(entry.Key.Endpoint, entry.Target == 0 ? 1 : (double)(entry.Target - available) / entry.Target);
    }

    private async Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(IReadOnlySet<string>? endpoints, CancellationToken cancellationToken)
    {
        var entries = await _ledger.ReadAsync(null, cancellationToken).ConfigureAwait(false);
        var current = new List<LedgerEntry>(entries.Count);
        foreach (var entry in entries.Where(entry => endpoints is null || endpoints.Contains(entry.Key.Endpoint)))
            current.Add(await RetargetAsync(entry, cancellationToken).ConfigureAwait(false));
        return current;
    }

    /// <summary>CAPACITY_TARGET_PERCENTAGE may have changed since the entry was written: the next decision follows it.</summary>
    private async Task<LedgerEntry> RetargetAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        var target = CapacityTarget.Of(entry.MaxCapacity, _options.CurrentValue.CapacityTargetPercentage);
        if (target == entry.Target)
            return entry;
        await _ledger.RefreshAsync(entry.Key, entry.MaxCapacity, target, entry.Problem, cancellationToken).ConfigureAwait(false);
        return await ReadEntryAsync(entry.Key, cancellationToken).ConfigureAwait(false) ?? entry;
    }

    private async Task<LedgerEntry?> ReadEntryAsync(EndpointVariant key, CancellationToken cancellationToken) =>
        (await _ledger.ReadAsync(key.Endpoint, cancellationToken).ConfigureAwait(false)).SingleOrDefault(entry => entry.Key == key);

    private async Task<PlacementBoard> ReadWorkersAsync(CancellationToken cancellationToken) =>
        new(await _workers.GetLivingWorkersAsync(cancellationToken).ConfigureAwait(false));

    private sealed class Counts
    {
        public int Admitted { get; set; }
        public int Resumed { get; set; }
        public int PassedOver { get; set; }
        public int LostRaces { get; set; }
        public bool FleetIsFull { get; set; }
    }
}
