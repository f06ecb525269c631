using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Carries what earlier releases stored for delivery - rows of <c>outbox</c>, and messages in <c>job_events</c> above the job's watermark - to
/// <c>message_pending</c>, in batches, after an upgrade and while such a release runs beside this one.
/// </summary>
internal sealed class EarlierOutbox(NpgsqlDataSource database, PendingMessages pending, StreamModel? model)
{
    /// <summary>Whether there is any, as an expression. Served by outbox_due and jobs_undelivered.</summary>
    public const string Exists =
        "exists (select from outbox where delivered_at is null) or exists (select from jobs where delivered_version < version)";

    private const int AtOnce = 1_000;

    // Served by outbox_due.
    private const string CarryOutbox =
        """
        with taken as (
          delete from outbox where message_id in (
            select message_id from outbox where delivered_at is null order by due_at, sequence limit $1 for update skip locked)
          returning *
        ), added as (
          insert into message_pending (message_id, job_id, destination, message, due_at, next_try, token)
          select message_id, job_id, destination, message, due_at, due_at, token from taken order by sequence
          on conflict (message_id) do nothing
        )
        select count(*) from taken
        """;

    // Served by jobs_undelivered. An event that is younger may be one that such a release is about to deliver.
    private const string CarryEvents =
        """
        with behind as materialized (
          select job_id, delivered_version, version from jobs
          where delivered_version < version and ($2 or updated_at < swath_now() - interval '10 seconds')
          order by job_id limit $1 for no key update skip locked
        ), added as (
          insert into message_pending (message_id, job_id, destination, message, due_at, next_try)
          select (m ->> 'messageId')::uuid, b.job_id, m ->> 'destination', m, e.occurred_at, swath_now()
          from behind b
          join job_events e on e.job_id = b.job_id and e.version > b.delivered_version and e.outgoing is not null
          cross join lateral json_array_elements(e.outgoing) with ordinality as i (m, place)
          order by e.job_id, e.version, i.place
          on conflict (message_id) do nothing
        ), carried as (
          update jobs j set delivered_version = b.version from behind b where j.job_id = b.job_id
        )
        select count(*) from behind
        """;

    // Delivered by a release whose transport has forgotten it, and not handled: in the order of the primary key. The rest is history that nobody reads.
    private const string CarryForgotten =
        """
        with page as materialized (
          delete from outbox where message_id in (
            select message_id from outbox where delivered_at is not null order by message_id limit $1 for update skip locked)
          returning *
        ), added as (
          insert into message_pending (message_id, job_id, destination, message, due_at, next_try, token)
          select o.message_id, o.job_id, o.destination, o.message, o.due_at, o.due_at, o.token
          from page o
          where o.job_id is not null and o.consumed_at is null
            and not exists (select from job_events e where e.job_id = o.job_id and e.message_id = o.message_id)
            and not exists (select from jobs j where j.job_id = o.job_id and j.state = any($2) and j.finished_at >= o.enqueued_at)
          order by o.sequence
          on conflict (message_id) do nothing
        )
        select count(*) from page
        """;

    /// <summary>Carries all that is there.</summary>
    /// <param name="isForgotten">True where what counts as delivered died with a transport, and no earlier release runs any more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many rows and jobs were gone through.</returns>
    public async Task<int> CarryAsync(bool isForgotten, CancellationToken cancellationToken)
    {
        var total = await InBatchesAsync(CarryOutbox, null, cancellationToken).ConfigureAwait(false)
            + await InBatchesAsync(CarryEvents, new NpgsqlParameter<bool> { TypedValue = isForgotten }, cancellationToken).ConfigureAwait(false);
        if (isForgotten)
        {
            var final = new NpgsqlParameter<string[]> { TypedValue = [.. model?.FinalStates ?? []], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
            total += await InBatchesAsync(CarryForgotten, final, cancellationToken).ConfigureAwait(false);
        }
        return total;
    }

    private async Task<int> InBatchesAsync(string statement, NpgsqlParameter? second, CancellationToken cancellationToken)
    {
        var total = 0;
        for (var carried = AtOnce; carried == AtOnce; total += carried)
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = AtOnce });
            if (second is not null)
                command.Parameters.Add(second.Clone());
            carried = (int)(long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            if (carried > 0)
                pending.Wake();
        }
        return total;
    }
}
