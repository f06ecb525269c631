using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>Makes messages due again that were delivered to a saga and faulted there, because the database was away for longer than the retries.</summary>
internal sealed class UnacknowledgedMessageRequeuer(
    NpgsqlDataSource database, StreamModel? model, TimeProvider time, IOptions<OutboxOptions> options, ILogger<UnacknowledgedMessageRequeuer> logger)
{
    private const int AtOnce = 1_000;

    // Served by outbox_delivered and job_events_message. Only types that can become events: of others, no table says whether they were consumed.
    private const string Reset =
        """
        update outbox set delivered_at = null where message_id in (
          select o.message_id from outbox o
          where o.delivered_at <= $1 and o.consumed_at is null and o.job_id is not null and o.destination = any($2)
            and not exists (select from job_events e where e.job_id = o.job_id and e.message_id = o.message_id)
            and not exists (select from jobs j where j.job_id = o.job_id and j.state = any($3) and j.finished_at >= o.enqueued_at)
          order by o.delivered_at limit $4 for no key update of o skip locked
        )
        """;

    /// <summary>Makes due what was delivered at least <see cref="OutboxOptions.RedeliverAfter"/> ago and left no trace.</summary>
    /// <returns>How many messages will be delivered again.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (model is null)
            return 0;
        await using var command = database.CreateCommand(Reset);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - options.Value.RedeliverAfter });
        command.Parameters.Add(Texts(model.Destinations));
        command.Parameters.Add(Texts(model.FinalStates));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AtOnce });
        var count = await command.ExecuteNonQueryAsync(cancellationToken);
        if (count > 0)
            logger.LogWarning("{Count} delivered messages were not consumed within {Time}; they are delivered again", count, options.Value.RedeliverAfter);
        return count;
    }

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> values) =>
        new NpgsqlParameter<string[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
