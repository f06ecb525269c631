using Npgsql;
using NpgsqlTypes;
using Swath.Contracts;
using Swath.Persistence;
using Swath.Persistence.Capacity;
using Swath.Persistence.Tenants;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Admission;

/// <summary>
/// The waiting queue as one reader knows it: which lanes have jobs, and from where on each. So what is read grows neither with the jobs that wait
/// nor with those that were admitted, though an open transaction keeps their rows in the table. For one caller at a time.
/// </summary>
internal sealed class WaitingQueue(NpgsqlDataSource database, TimeProvider time)
{
    // Nothing can come that LookAsync does not see, short of a database that was put back to an earlier state.
    private static readonly TimeSpan WholeLookEvery = TimeSpan.FromMinutes(5);

    // Lanes that nobody can take are read to name their reason; were there more, the next look has its turn.
    private const int UnmetLanesAtOnce = 1_000;

    private const string Snapshot = "select pg_current_snapshot()::text";

    private const string Columns = "select endpoint, variant, tenant, priority, rule, min(queued_at), min(affinity::text), count(*)::int from";

    private const string All = $"{Columns} queue group by 1, 2, 3, 4, 5";

    // Index: queue_news. What was committed since the snapshot: begun after it, or under way in it.
    private const string News =
        $"""
        {Columns} (
          select * from queue where txid >= pg_snapshot_xmax($1::pg_snapshot)
          union all
          select * from queue where txid = any (array(select pg_snapshot_xip($1::pg_snapshot)))) new
        group by 1, 2, 3, 4, 5
        """;

    // Index: queue_lanes, one descent for each lane, to where its oldest job was last seen.
    private const string Heads =
        """
        select l.tenant, l.priority, l.rule, t.tier, t.max_running,
               h.job_id, h.queued_at, h.regions, h.tile_workers, h.kind, h.affinity, h.reason, h.detail, h.position, h.load
          from unnest($4, $5, $6, $7, $8) as l (tenant, priority, rule, since, since_job)
          left join tenants t on t.tenant = l.tenant
         cross join lateral (
            select q.job_id, q.queued_at, q.regions, q.tile_workers, q.kind, q.affinity::text as affinity, q.reason, q.detail, q.position, q.load
              from queue q
             where q.endpoint = $1 and q.variant = $2 and q.tenant = l.tenant and q.priority = l.priority and q.rule = l.rule
               and (q.queued_at, q.job_id) >= (l.since, l.since_job)
             order by q.queued_at, q.job_id limit $3) h
        """;

    private Dictionary<EndpointVariant, Dictionary<LaneKey, QueueLane>> _endpoints = [];
    private string? _snapshot;
    private long _wholeLookAt;

    /// <summary>The endpoint variants that jobs wait for.</summary>
    public IReadOnlyCollection<EndpointVariant> Waiting => _endpoints.Keys;

    /// <summary>The lanes of one endpoint variant.</summary>
    public IReadOnlyCollection<QueueLane> LanesOf(EndpointVariant key) => _endpoints.TryGetValue(key, out var lanes) ? lanes.Values : [];

    /// <summary>Learns of the jobs that have come since the last look; the first look is at all.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var whole = _snapshot is null || time.GetElapsedTime(_wholeLookAt) >= WholeLookEvery;
        var startedAt = time.GetTimestamp();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Snapshot));
        if (whole)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(All));
        }
        else
        {
            batch.BatchCommands.Insert(0, new NpgsqlBatchCommand(PlanSettings.ByIndex));
            batch.BatchCommands.Add(NewsCommand());
        }

        await using var row = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!whole)
            await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        var snapshot = row.GetString(0);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var endpoints = whole ? [] : _endpoints;
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var key = new EndpointVariant(row.GetString(0), row.GetString(1));
            if (!endpoints.TryGetValue(key, out var lanes))
                endpoints[key] = lanes = [];
            var lane = new LaneKey(row.GetString(2), row.GetInt32(3), row.GetGuid(4));
            var since = row.GetFieldValue<DateTimeOffset>(5);
            if (!lanes.TryGetValue(lane, out var known))
                lanes[lane] = new QueueLane(lane, row.IsDBNull(6) ? null : row.GetString(6), row.GetInt32(7), since);
            else
                known.Came(row.GetInt32(7), since);
        }

        // Last: a look that failed is made again from where it began.
        (_endpoints, _snapshot) = (endpoints, snapshot);
        if (whole)
            _wholeLookAt = startedAt;
    }

    /// <summary>
    /// The first <paramref name="depth"/> waiting jobs of every lane that can be served. Lanes that can't be are read when they have new jobs,
    /// so that somebody names the reason.
    /// </summary>
    /// <param name="key">The endpoint variant.</param>
    /// <param name="depth">Jobs of each lane at most.</param>
    /// <param name="canBeServed">Whether a living worker meets the hard rules of an affinity, given as JSON.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<QueueHeads> ReadAsync(EndpointVariant key, int depth, Func<string?, bool> canBeServed, CancellationToken cancellationToken)
    {
        var jobs = new List<WaitingJob>();
        var tenants = new Dictionary<string, TenantStanding>(StringComparer.Ordinal);
        var served = LanesOf(key).ToLookup(lane => canBeServed(lane.Affinity));
        QueueLane[] read = [.. served[true], .. served[false].Where(lane => lane.HasNews).Take(UnmetLanesAtOnce)];
        if (read.Length == 0)
            return new QueueHeads(jobs, tenants, depth);

        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PlanSettings.ByIndex));
        batch.BatchCommands.Add(HeadsCommand(key, depth, read));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var job = JobOf(row);
            jobs.Add(job);
            if (!tenants.ContainsKey(job.Tenant))
                tenants[job.Tenant] = StandingOf(row);
        }

        Remember(key, read, jobs);
        return new QueueHeads(jobs, tenants, depth);
    }

    internal NpgsqlBatchCommand NewsCommand() => new(News)
    {
        Parameters = { new NpgsqlParameter { Value = _snapshot, NpgsqlDbType = NpgsqlDbType.Text } },
    };

    internal static NpgsqlBatchCommand HeadsCommand(EndpointVariant key, int depth, IReadOnlyCollection<QueueLane> lanes) => new(Heads)
    {
        Parameters =
        {
            new NpgsqlParameter { Value = key.Endpoint },
            new NpgsqlParameter { Value = key.Variant },
            new NpgsqlParameter { Value = depth },
            new NpgsqlParameter { Value = lanes.Select(lane => lane.Key.Tenant).ToArray() },
            new NpgsqlParameter { Value = lanes.Select(lane => lane.Key.Priority).ToArray() },
            new NpgsqlParameter { Value = lanes.Select(lane => lane.Key.Rule).ToArray() },
            new NpgsqlParameter { Value = lanes.Select(lane => lane.Since).ToArray() },
            new NpgsqlParameter { Value = lanes.Select(lane => lane.SinceJob).ToArray() },
        },
    };

    /// <summary>What was read first of a lane is its oldest job: nothing older can be there but what the next look finds.</summary>
    private void Remember(EndpointVariant key, QueueLane[] read, List<WaitingJob> jobs)
    {
        var lanes = _endpoints[key];
        var oldest = jobs
            .GroupBy(job => new LaneKey(job.Tenant, job.Priority, job.Rule))
            .ToDictionary(lane => lane.Key, lane => lane.MinBy(job => (job.QueuedAt, job.JobId))!);
        foreach (var lane in read)
        {
            if (oldest.TryGetValue(lane.Key, out var job))
                lane.BeginsAt(job.QueuedAt, job.JobId);
            else
                lanes.Remove(lane.Key);
        }

        if (lanes.Count == 0)
            _endpoints.Remove(key);
    }

    private static WaitingJob JobOf(NpgsqlDataReader row) => new()
    {
        Tenant = row.GetString(0),
        Priority = row.GetInt32(1),
        Rule = row.GetGuid(2),
        JobId = row.GetGuid(5),
        QueuedAt = row.GetFieldValue<DateTimeOffset>(6),
        Regions = row.IsDBNull(7) ? JobLoad.AssumedRegions : row.GetInt32(7),
        LoadPerRegion = row.GetInt32(8),
        Kind = row.GetString(9),
        Affinity = row.IsDBNull(10) ? null : row.GetString(10),
        Reason = row.IsDBNull(11) ? null : Enum.Parse<WaitingReason>(row.GetString(11)),
        Detail = row.IsDBNull(12) ? null : row.GetString(12),
        Position = row.IsDBNull(13) ? null : row.GetInt32(13),
        LoadOfTiles = row.IsDBNull(14) ? null : row.GetInt32(14),
    };

    private static TenantStanding StandingOf(NpgsqlDataReader row) => new()
    {
        Tenant = row.GetString(0),
        Tier = TenantTier.Named(row.IsDBNull(3) ? null : row.GetString(3)),
        MaxRunning = row.IsDBNull(4) ? null : row.GetInt32(4),
    };
}
