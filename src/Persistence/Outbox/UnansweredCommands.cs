using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Placement;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Asks again. A job in a state in which it waits for the answer to a command would stand still for ever if the command or its answer was lost on the
/// way: the command is made anew from the job's state and sent, after one, two, four ... times the outbox's time for that. So an answer needs
/// no row of its own: a command is done when its answer is an event. Whoever is at it, or has answered, does not begin again.
/// </summary>
internal sealed class UnansweredCommands(
    NpgsqlDataSource database, StreamModel? model, IBusControl bus, MessageLog log, TimeProvider time, IOptions<OutboxOptions> options, ILogger<UnansweredCommands> logger)
{
    private const int AtOnce = 1_000;

    private const string Events =
        "select job_id, version, message_id, type, data::text, occurred_at from job_events where job_id = any($1) order by job_id, version";

    // A process that has just started has asked nobody yet.
    private static readonly TimeSpan Never = TimeSpan.FromDays(36_500);

    private readonly string? _silent = model is { AwaitingStates.Count: > 0 } ? Silent(model.AwaitingStates) : null;
    private DateTimeOffset? _asked;

    /// <summary>Asks for those whose time has come since it was asked last.</summary>
    /// <returns>How many jobs.</returns>
    public async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        if (_silent is null)
            return 0;
        await using var clock = database.CreateCommand("select swath_now()");
        DateTimeOffset now = (DateTime)(await clock.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        var count = await AskAsync(now, _asked ?? now - Never, options.Value.AskAgainAfter, cancellationToken).ConfigureAwait(false);
        _asked = now;
        if (count > 0)
            logger.LogWarning("{Count} jobs have waited for an answer for long; what they asked for is asked again", count);
        return count;
    }

    /// <summary>Asks for every job that waits, however short: what was on its way is gone with its transport.</summary>
    /// <returns>How many jobs.</returns>
    public async Task<int> AskAllAsync(CancellationToken cancellationToken)
    {
        if (_silent is null)
            return 0;
        var count = await AskAsync(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (count > 0)
            logger.LogInformation("{Count} jobs waited for an answer when the transport began; what they asked for is asked again", count);
        return count;
    }

    private async Task<int> AskAsync(DateTimeOffset now, DateTimeOffset before, TimeSpan after, CancellationToken cancellationToken)
    {
        var (count, last) = (0, Guid.Empty);
        while (true)
        {
            var silent = await SilentAsync(now, before, after, last, cancellationToken).ConfigureAwait(false);
            foreach (var (state, jobId, version) in await FoldAsync(silent, cancellationToken).ConfigureAwait(false))
                count += await SendAsync(state, jobId, version, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            if (silent.Count < AtOnce)
                return count;
            last = silent[^1];

            // What a transport in the process holds, the process holds.
            while (log.InHand > AtOnce)
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<Guid>> SilentAsync(DateTimeOffset now, DateTimeOffset before, TimeSpan after, Guid last, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(_silent!);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = after.TotalSeconds });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = last });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AtOnce });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var silent = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            silent.Add(reader.GetGuid(0));
        return silent;
    }

    private async Task<List<(object State, Guid JobId, int Version)>> FoldAsync(IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        var folded = new List<(object, Guid, int)>(jobs.Count);
        if (jobs.Count == 0)
            return folded;
        await using var command = database.CreateCommand(Events);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        (object? State, Guid JobId, int Version) current = (null, Guid.Empty, 0);
        var unreadable = Guid.Empty;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var jobId = reader.GetGuid(0);
            if (jobId != current.JobId && current.State is not null)
                folded.Add((current.State, current.JobId, current.Version));
            var state = jobId == current.JobId ? current.State : model!.Initial;
            var stored = new StoredEvent(reader.GetInt32(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5));
            try
            {
                current = (state is null ? null : model!.Apply(state, stored), jobId, stored.Version);
            }
            catch (Exception e)
            {
                // Another release's, or nobody's: it is not asked for, and the others are.
                if (unreadable != jobId)
                    logger.LogWarning(e, "Job {JobId} can't be folded, and so not be asked for", jobId);
                (unreadable, current) = (jobId, (null, jobId, stored.Version));
            }
        }
        if (current.State is not null)
            folded.Add((current.State, current.JobId, current.Version));
        return folded;
    }

    private async Task<bool> SendAsync(object state, Guid jobId, int version, CancellationToken cancellationToken)
    {
        var place = 0;
        foreach (var command in model!.Awaited(state))
        {
            var message = PostgresOutbox.Outgoing(command with { JobId = jobId, MessageId = MessageIds.OfRepeat(jobId, version, place++) }, time.GetUtcNow(), model.Types);
            log.Handing(message, null);
            try
            {
                await MessageDelivery.SendAsync(bus, message, options.Value, time, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                log.Release(message.MessageId);
                throw;
            }
        }
        return place > 0;
    }

    // Served by jobs_awaiting, whose states are named as here. What was begun since the job's last word comes again by itself should its process be lost;
    // and who holds the lock of assembling is at it.
    private static string Silent(IReadOnlyList<string> states) =>
        $"""
        select j.job_id from jobs j
        where j.state in ({string.Join(", ", states.Select(state => $"'{state}'"))}) and j.job_id > $4
          and ($3 = 0 or
            j.updated_at <= $1 - make_interval(secs => $3)
            and floor(log(2, greatest(extract(epoch from $1 - j.updated_at) / nullif($3, 0), 1)::numeric))
              > floor(log(2, greatest(extract(epoch from $2 - j.updated_at) / nullif($3, 0), 0.5)::numeric))
            and not exists (select from commands_begun b where b.job_id = j.job_id and b.last_begun_at >= j.updated_at - interval '1 minute'))
          and not exists (
            select from pg_locks l
            where l.locktype = 'advisory' and l.granted and l.objsubid = 1
              and (l.classid::bigint << 32 | l.objid::bigint) = {JobLocks.Assembling("j.job_id")})
        order by j.job_id limit $5
        """;
}
