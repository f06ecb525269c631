using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.Placement;

/// <summary>
/// The board on which every region of every job stands: planned, placed on a worker, accepted by it, ended.
/// A region's <c>attempt</c> is its fencing token: whoever reports under another token, or from another worker, is not listened to.
/// </summary>
public sealed class RegionAssignments(NpgsqlDataSource database, IOutbox outbox, NotificationSender notifications)
{
    /// <summary>Writes the job's regions down. Repeating it changes nothing; a job that began anew, and was never placed, gets those that it has now.</summary>
    public async Task PlanAsync(PlannedRegions plan, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            with dropped as (
              delete from job_regions where job_id = @job and attempt = 0 and region_id <> all (@regions)
            )
            insert into job_regions as r (job_id, region_id, tiles, kind)
            select @job, region_id, tiles, @kind from unnest(@regions, @tiles) as planned (region_id, tiles)
            on conflict (job_id, region_id) do update set tiles = excluded.tiles, kind = excluded.kind
             where r.attempt = 0 and r.tiles <> excluded.tiles
            """);
        AddPlan(command.Parameters, plan);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens regions again that have ended, so that the tiles that they lack are run. Repeating it changes nothing.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="regions">The regions, each with its last token: one that was placed again since stays as it is.</param>
    /// <param name="tilesFinished">Checkpoints that the job must still have.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when checkpoints or regions are no longer kept: nothing was opened.</returns>
    public async Task<bool> TryReopenAsync(
        Guid jobId, IReadOnlyList<RegionReopening> regions, int tilesFinished, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(regions);
        await using var command = database.CreateCommand(
            """
            with kept as (
              select (select count(*) from tile_results where job_id = @job and failure is null) >= @finished
                 and (select count(*) from job_regions where job_id = @job and region_id = any (@regions)) = cardinality(@regions) as whole
            ), reopened as (
              update job_regions r
                 set ended_at = null, outcome = null, worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, losses = 0
                from unnest(@regions, @attempts) as t (region_id, attempt), kept
               where kept.whole and r.job_id = @job and r.region_id = t.region_id and r.attempt = t.attempt and r.ended_at is not null
            )
            select whole from kept
            """);
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("finished", tilesFinished);
        command.Parameters.AddWithValue("regions", regions.Select(region => region.RegionId).ToArray());
        command.Parameters.AddWithValue("attempts", regions.Select(region => region.Attempt).ToArray());
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Asks to begin a region. Only the worker that the region is placed on, under the token of that placement, in its
    /// present incarnation and not draining, is accepted.
    /// </summary>
    public async Task<RegionAcceptance> TryAcceptAsync(
        Guid jobId, int regionId, int attempt, string workerId, Guid incarnation, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            with found as (
              select r.job_id, r.region_id, r.accepted_by
                from job_regions r join workers w on w.worker_id = r.worker_id
               where r.job_id = @job and r.region_id = @region and r.attempt = @attempt and r.worker_id = @worker and r.ended_at is null
                 and w.incarnation = @incarnation and (not w.draining or r.accepted_by = @incarnation)
                 for update of r
            ), accepted as (
              update job_regions r set accepted_at = swath_now(), accepted_by = @incarnation
                from found f where r.job_id = f.job_id and r.region_id = f.region_id and f.accepted_by is null
              returning 1
            )
            select case when exists (select 1 from accepted) then 0
                        when exists (select 1 from found where accepted_by = @incarnation) then 1 else 2 end
            """);
        AddClaim(command.Parameters, jobId, regionId, attempt, workerId);
        command.Parameters.AddWithValue("incarnation", incarnation);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! switch
        {
            0 => RegionAcceptance.Accepted,
            1 => RegionAcceptance.AlreadyAccepted,
            _ => RegionAcceptance.Stale,
        };
    }

    /// <summary>
    /// Ends a region that was processed: its share of the capacity is given back and the saga is told, in one transaction.
    /// </summary>
    /// <returns>False when the token was stale: nothing happened, and the result is to be dropped.</returns>
    public Task<bool> CompleteAsync(RegionCompleted completed, CancellationToken cancellationToken = default) =>
        EndAsync(completed.JobId, completed.RegionId, completed.Attempt, completed.WorkerId, "completed", completed, cancellationToken);

    /// <summary>Ends a region that could not be processed at all; otherwise as <see cref="CompleteAsync"/>.</summary>
    /// <returns>False when the token was stale: nothing happened, and the result is to be dropped.</returns>
    public Task<bool> FailAsync(RegionFailed failed, CancellationToken cancellationToken = default) =>
        EndAsync(failed.JobId, failed.RegionId, failed.Attempt, failed.WorkerId, "failed", failed, cancellationToken);

    /// <summary>
    /// A draining worker gives regions back: they go to another worker under a new token. Finished tiles stay finished,
    /// and no loss is counted against the regions.
    /// </summary>
    /// <returns>How many were the worker's to give back.</returns>
    public async Task<int> GiveBackAsync(
        string workerId, IReadOnlyCollection<RegionClaim> claims, string reason, CancellationToken cancellationToken = default)
    {
        if (claims.Count == 0)
            return 0;

        await using var command = database.CreateCommand(
            """
            with given as (
              update job_regions r
                 set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, wanted_since = swath_now(), wanted_because = @reason
                from unnest(@jobs, @regions, @attempts) as claim (job_id, region_id, attempt)
               where r.job_id = claim.job_id and r.region_id = claim.region_id and r.attempt = claim.attempt
                 and r.worker_id = @worker and r.ended_at is null
              returning 1
            )
            select count(*)::int from given
            """);
        AddClaims(command.Parameters, claims);
        command.Parameters.AddWithValue("worker", workerId);
        command.Parameters.AddWithValue("reason", reason);
        var given = (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        if (given > 0)
            notifications.Send("swath_admission");
        return given;
    }

    private async Task<bool> EndAsync(
        Guid jobId, int regionId, int attempt, string workerId, string outcome, object message, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        string endpoint;
        await using (var command = new NpgsqlCommand(
            $"""
            with ended as (
              update job_regions set ended_at = swath_now(), outcome = @outcome
               where job_id = @job and region_id = @region and attempt = @attempt and worker_id = @worker and ended_at is null
              returning job_id, load
            ), {ReservationSql.GiveBackEnded}
            select count(*), (select min(endpoint) from given) from ended
            """, connection, transaction))
        {
            AddClaim(command.Parameters, jobId, regionId, attempt, workerId);
            command.Parameters.AddWithValue("outcome", outcome);
            await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (row.GetInt64(0) == 0)
                return false;
            endpoint = row.IsDBNull(1) ? "" : row.GetString(1);
        }

        await outbox.EnqueueAsync(transaction, OutboxEntry.Send(Queues.ImageJob, message) with { JobId = jobId }, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        outbox.Committed();
        notifications.Send("swath_admission", endpoint);
        return true;
    }

    private static void AddPlan(NpgsqlParameterCollection parameters, PlannedRegions plan)
    {
        parameters.AddWithValue("job", plan.JobId);
        parameters.AddWithValue("kind", plan.Kind);
        parameters.AddWithValue("regions", plan.Regions.Select(region => region.RegionId).ToArray());
        parameters.AddWithValue("tiles", plan.Regions.Select(region => region.Tiles).ToArray());
    }

    private static void AddClaim(NpgsqlParameterCollection parameters, Guid jobId, int regionId, int attempt, string workerId)
    {
        parameters.AddWithValue("job", jobId);
        parameters.AddWithValue("region", regionId);
        parameters.AddWithValue("attempt", attempt);
        parameters.AddWithValue("worker", workerId);
    }

    private static void AddClaims(NpgsqlParameterCollection parameters, IReadOnlyCollection<RegionClaim> claims)
    {
        parameters.AddWithValue("jobs", claims.Select(claim => claim.JobId).ToArray());
        parameters.AddWithValue("regions", claims.Select(claim => claim.RegionId).ToArray());
        parameters.AddWithValue("attempts", claims.Select(claim => claim.Attempt).ToArray());
    }
}
