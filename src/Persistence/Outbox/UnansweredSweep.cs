using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Placement;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Asks again. A job whose last event sent a command, and that has heard nothing since, would stand still for ever if the command or its answer
/// was lost on the way: its last messages are delivered once more, with the same ids, after one, two, four ... times the outbox's time for that.
/// Whoever has answered, or is at it, does not begin again.
/// </summary>
internal sealed class UnansweredSweep(
    NpgsqlDataSource database, StreamModel? model, TimeProvider time, IOptions<OutboxOptions> options, ILogger<UnansweredSweep> logger)
{
    private const int AtOnce = 1_000;

    // Served by jobs_unfinished. The last two events: behind the one with the command may stand one that gave something back. What
    // is begun since then comes again by itself should its process be lost; and who holds the lock of assembling is at it.
    private static readonly string Reset =
        $"""
        with silent as materialized (
          select job_id, extract(epoch from $1 - updated_at) / $3 as patiences, extract(epoch from $2 - updated_at) / $3 as patiences_before
          from jobs
          where state not in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled') and state = any($4)
            and updated_at <= $1 - make_interval(secs => $3) and delivered_version = version
        ), asked as materialized (
          select j.job_id from jobs j join silent s on s.job_id = j.job_id
          where floor(log(2, greatest(s.patiences, 1)::numeric)) > floor(log(2, greatest(s.patiences_before, 0.5)::numeric))
            and not exists (select from commands_begun b where b.job_id = j.job_id and b.last_begun_at >= j.updated_at - interval '1 minute')
            and not exists (
              select from pg_locks l
              where l.locktype = 'advisory' and l.granted and l.objsubid = 1
                and (l.classid::bigint << 32 | l.objid::bigint) = {JobLocks.Assembling("j.job_id")})
          order by j.job_id limit $5 for no key update of j skip locked
        )
        update jobs j set delivered_version = greatest(0, j.version - 2) from asked a where j.job_id = a.job_id
        """;

    // A process that has just started has asked nobody yet.
    private static readonly TimeSpan Never = TimeSpan.FromDays(36_500);

    private DateTimeOffset? _swept;

    /// <summary>Makes the last messages of jobs that wait too long due again; the sweep of what was left behind delivers them.</summary>
    /// <returns>How many jobs.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (model is null || model.AwaitingStates.Count == 0)
            return 0;
        var now = time.GetUtcNow();
        var count = 0;

        // Until none is left: whose time has come in this sweep is not found by the next. Those of one turn are no longer delivered, and so not found again.
        for (var asked = AtOnce; asked == AtOnce; count += asked)
            asked = await AskAsync(now, cancellationToken);
        _swept = now;
        if (count > 0)
            logger.LogWarning("{Count} jobs have waited for an answer for long; what they asked for is asked again", count);
        return count;
    }

    private async Task<int> AskAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Reset);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = _swept ?? now - Never });
        command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = options.Value.RedeliverAfter.TotalSeconds });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. model!.AwaitingStates], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AtOnce });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
