using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Swath.Contracts;
using Swath.Persistence;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Keeps the rows of jobs honest whose hard rules no living worker meets, and of those that can be served again. Admission needs none of it: it leaves out
/// the lanes that nobody can serve. So this walks beside it, and only where a lane's case has changed and stayed so for two looks.
/// </summary>
public sealed class UnschedulableJobs(
    [FromKeyedServices(ConnectionPurpose.Sweep)] NpgsqlDataSource database, WorkerRegistry workers, IOptionsMonitor<SchedulerOptions> options,
    TimeProvider time, ILogger<UnschedulableJobs> logger)
    : Periodic(time, logger)
{
    private const string NoEligibleWorker = nameof(WaitingReason.NoEligibleWorker);

    private readonly WaitingQueue _queue = new(database, time);
    private Dictionary<(EndpointVariant, LaneKey), LaneCase> _cases = [];

    protected override TimeSpan Interval => options.CurrentValue.Tick;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        await _queue.LookAsync(cancellationToken).ConfigureAwait(false);
        var board = new PlacementBoard(await workers.GetLivingWorkersAsync(cancellationToken).ConfigureAwait(false));
        var cases = new Dictionary<(EndpointVariant, LaneKey), LaneCase>();
        foreach (var key in _queue.Waiting.ToArray())
        {
            foreach (var lane in _queue.LanesOf(key).ToArray())
            {
                var missing = board.MissingRule(lane.Affinity);
                var known = _cases.GetValueOrDefault((key, lane.Key)) ?? new LaneCase(null, Seen: false, Written: false);
                cases[(key, lane.Key)] = known.Written && known.Missing == missing ? known
                    : known.Seen && known.Missing == missing ? known with { Written = await WriteAsync(key, lane, missing, cancellationToken).ConfigureAwait(false) }
                    : new LaneCase(missing, Seen: true, Written: false);
            }
        }

        _cases = cases;
    }

    /// <summary>Walks a lane from its oldest job to its newest, so many rows at a time.</summary>
    /// <param name="key">The endpoint variant.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="missing">The rule that no worker meets; null takes the reason back where it is written.</param>
    /// <param name="cancellationToken">Ends the walk between two statements.</param>
    private async Task<bool> WriteAsync(EndpointVariant key, QueueLane lane, string? missing, CancellationToken cancellationToken)
    {
        for (var at = (lane.Since, Job: Guid.Empty); ;)
        {
            // Index: queue_lanes.
            await using var command = database.CreateCommand(
                $"""
                with batch as (
                  select job_id, queued_at from queue
                   where endpoint = $1 and variant = $2 and tenant = $3 and priority = $4 and rule = $5 and (queued_at, job_id) > ($6, $7)
                   order by queued_at, job_id limit {WaitingReasons.RowsAtOnce}
                ), wrong as (
                  select q.job_id from queue q join batch using (job_id)
                   where case when $8::text is null then q.reason = '{NoEligibleWorker}'
                              else q.reason is distinct from '{NoEligibleWorker}' or q.detail is distinct from $8 end
                   order by q.job_id for no key update of q
                ), written as (
                  update queue q set reason = case when $8 is not null then '{NoEligibleWorker}' end, detail = $8 from wrong w where q.job_id = w.job_id
                )
                select queued_at, job_id from batch order by queued_at desc, job_id desc limit 1
                """);
            command.Parameters.Add(new NpgsqlParameter { Value = key.Endpoint });
            command.Parameters.Add(new NpgsqlParameter { Value = key.Variant });
            command.Parameters.Add(new NpgsqlParameter { Value = lane.Key.Tenant });
            command.Parameters.Add(new NpgsqlParameter { Value = lane.Key.Priority });
            command.Parameters.Add(new NpgsqlParameter { Value = lane.Key.Rule });
            command.Parameters.Add(new NpgsqlParameter { Value = at.Since });
            command.Parameters.Add(new NpgsqlParameter { Value = at.Job });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)missing ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                return true;
            at = (row.GetFieldValue<DateTimeOffset>(0), row.GetGuid(1));
        }
    }

    /// <summary>What is known of a lane.</summary>
    /// <param name="Missing">The rule that no worker meets; null when some worker meets all.</param>
    /// <param name="Seen">It was looked at.</param>
    /// <param name="Written">The lane's rows say it.</param>
    private sealed record LaneCase(string? Missing, bool Seen, bool Written);
}
