using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Outbox;

/// <summary>Delivers the messages of events whose process died between commit and delivery.</summary>
internal sealed class UndeliveredMessageSweeper(NpgsqlDataSource database, IBus bus, TimeProvider time, IOptions<OutboxOptions> options, ILogger<UndeliveredMessageSweeper> logger)
{
    // Served by jobs_undelivered and the primary key of job_events. The age is that of the oldest undelivered event, not of the job's last change.
    private const string TakeJobs =
        """
        select j.job_id, j.delivered_version
        from jobs j
        join job_events e on e.job_id = j.job_id and e.version = j.delivered_version + 1
        where j.delivered_version < j.version and e.occurred_at <= $1
        order by e.occurred_at
        limit $2
        for no key update of j skip locked
        """;

    private const string Outgoing =
        """
        select e.job_id, e.version, e.outgoing::text
        from unnest($1::uuid[], $2::integer[]) as u (job_id, delivered_version)
        join job_events e on e.job_id = u.job_id and e.version > u.delivered_version
        where e.occurred_at <= $3
        order by e.job_id, e.version
        """;

    private const string MoveWatermarks =
        """
        update jobs j set delivered_version = greatest(j.delivered_version, u.delivered_version)
        from unnest($1::uuid[], $2::integer[]) as u (job_id, delivered_version)
        where j.job_id = u.job_id
        """;

    /// <summary>Delivers what is older than the grace period.</summary>
    /// <returns>How many messages were delivered.</returns>
    public async Task<int> SweepAsync(TimeSpan gracePeriod, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var (jobs, advanced, messages) = await SweepBatchAsync(time.GetUtcNow() - gracePeriod, cancellationToken);
            total += messages;
            if (jobs < options.Value.BatchSize || advanced == 0)
            {
                if (total > 0)
                    logger.LogInformation("Delivered {Count} messages that were left behind", total);
                return total;
            }
        }
    }

    private async Task<(int Jobs, int Advanced, int Messages)> SweepBatchAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var jobs = await TakeJobsAsync(connection, before, cancellationToken);
        if (jobs.Count == 0)
            return (0, 0, 0);

        var watermarks = new Dictionary<Guid, int>(jobs.Count);
        var stuck = new HashSet<Guid>();
        var messages = 0;
        foreach (var (jobId, version, outgoing) in await OutgoingAsync(connection, jobs, before, cancellationToken))
        {
            // An event that was committed later by a faster clock waits for its turn: the run must not be broken.
            if (stuck.Contains(jobId) || version != watermarks.GetValueOrDefault(jobId, jobs[jobId]) + 1)
                continue;
            try
            {
                foreach (var message in outgoing is null ? [] : OutgoingMessageJson.ReadMany(outgoing))
                {
                    await MessageDelivery.SendAsync(bus, message, options.Value, time, cancellationToken);
                    messages++;
                }
                watermarks[jobId] = version;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.LogWarning(e, "The messages of event {Version} of job {JobId} could not be delivered; they are tried again in {Interval}", version, jobId, options.Value.SweepInterval);
                stuck.Add(jobId);

                // The others would wait as long, and their rows with them.
                if (e is TimeoutException)
                    break;
            }
        }
        await MoveWatermarksAsync(connection, watermarks, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (jobs.Count, watermarks.Count, messages);
    }

    private async Task<Dictionary<Guid, int>> TakeJobsAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeJobs, connection)
        {
            Parameters = { new NpgsqlParameter<DateTimeOffset> { TypedValue = before }, new NpgsqlParameter<int> { TypedValue = options.Value.BatchSize } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new Dictionary<Guid, int>();
        while (await reader.ReadAsync(cancellationToken))
            jobs.Add(reader.GetGuid(0), reader.GetInt32(1));
        return jobs;
    }

    private static async Task<List<(Guid JobId, int Version, string? Outgoing)>> OutgoingAsync(
        NpgsqlConnection connection, Dictionary<Guid, int> jobs, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Outgoing, connection)
        {
            Parameters = { Ids(jobs), Versions(jobs), new NpgsqlParameter<DateTimeOffset> { TypedValue = before } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var outgoing = new List<(Guid, int, string?)>();
        while (await reader.ReadAsync(cancellationToken))
            outgoing.Add((reader.GetGuid(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return outgoing;
    }

    private static async Task MoveWatermarksAsync(NpgsqlConnection connection, Dictionary<Guid, int> watermarks, CancellationToken cancellationToken)
    {
        if (watermarks.Count == 0)
            return;
        await using var command = new NpgsqlCommand(MoveWatermarks, connection) { Parameters = { Ids(watermarks), Versions(watermarks) } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<Guid[]> Ids(Dictionary<Guid, int> jobs) =>
        new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs.Keys], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    private static NpgsqlParameter<int[]> Versions(Dictionary<Guid, int> jobs) =>
        new NpgsqlParameter<int[]> { TypedValue = [.. jobs.Values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
}
