using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Whose the rows of <c>message_log</c> are, and what becomes of those whose process is gone: they go to <c>message_pending</c>, in batches. Nothing of it
/// looks at jobs, so that a start costs the same however many there are.
/// </summary>
internal sealed class LeftMessages(NpgsqlDataSource database, PendingMessages pending)
{
    /// <summary>For so long nobody takes a process that says nothing for dead.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // A row may hold the messages of a whole admission.
    private const int RowsAtOnce = 50;
    private const int MessagesAtOnce = 1_000;

    private const string Renew =
        """
        insert into message_writers (writer, lease_until) values ($1, swath_now() + $2)
        on conflict (writer) do update set lease_until = excluded.lease_until
        """;

    private const string Leave = "delete from message_writers where writer = $1";

    // The recursion hops from one writer of the log to the next by the primary key. One without a lease has rows where its last statement committed
    // after it was taken for dead.
    private const string Dead =
        """
        with recursive writers as (
          (select writer from message_log order by writer limit 1)
          union all
          select n.writer from writers w cross join lateral (select l.writer from message_log l where l.writer > w.writer order by l.writer limit 1) n
        )
        select w.writer from message_writers w where w.writer <> $1 and (w.lease_until < swath_now() or $2)
        union
        select w.writer from (select writer from writers union select writer from message_pending where writer is not null) w
        where w.writer <> $1 and not exists (select from message_writers k where k.writer = w.writer)
        """;

    /// <summary>
    /// Whether any process left anything, as an expression; <c>$1</c> is the process that asks. It does not find what committed late, whose lease was over: beside a
    /// transaction that is open for long, the log's dead rows would be walked each time.
    /// </summary>
    public const string Exist =
        """
        (exists (select from message_writers w where w.writer <> $1 and w.lease_until < swath_now())
          or exists (select from message_pending p where p.writer <> $1 and not exists (select from message_writers k where k.writer = p.writer)))
        """;

    private const string Take =
        """
        with taken as (
          delete from message_log
          where writer = $1 and seq in (select seq from message_log where writer = $1 and ($2 is null or seq = any($2)) order by seq limit $3 for update skip locked)
          returning seq, at, items
        ), added as (
          insert into message_pending (message_id, job_id, destination, message, due_at, next_try)
          select (m ->> 'messageId')::uuid, (m ->> 'jobId')::uuid, m ->> 'destination', m, t.at, swath_now()
          from taken t cross join lateral json_array_elements(t.items::json) with ordinality as i (m, place)
          order by t.seq, i.place
          on conflict (message_id) do nothing
        )
        select count(*) from taken
        """;

    // Served by message_pending_writer.
    private const string GiveBack =
        """
        update message_pending set writer = null, next_try = least(next_try, swath_now())
        where message_id in (select message_id from message_pending where writer = $1 limit $2 for no key update skip locked)
        """;

    /// <summary>Says that a process lives, for the time of the lease.</summary>
    public static async Task RenewAsync(NpgsqlDataSource database, Guid writer, CancellationToken cancellationToken)
    {
        await using var command = Command(database, Renew, writer);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Lease });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that a process has nothing in hand any more, or ends: what it leaves is anybody's.</summary>
    public static async Task LeaveAsync(NpgsqlDataSource database, Guid writer, CancellationToken cancellationToken)
    {
        await using var command = Command(database, Leave, writer);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes rows that are settled, in the caller's batch.</summary>
    public static NpgsqlBatchCommand Removal(Guid writer, IReadOnlyList<long> settled) => new("delete from message_log where writer = $1 and seq = any($2)")
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = writer }, new NpgsqlParameter<long[]> { TypedValue = [.. settled] } },
    };

    /// <summary>Takes over what processes left whose lease is over.</summary>
    /// <param name="own">This process.</param>
    /// <param name="everybodys">True where no other process can be: nobody's lease is waited for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many rows of the log, and messages in hand, were taken over.</returns>
    public async Task<int> TakeOverAsync(Guid own, bool everybodys, CancellationToken cancellationToken)
    {
        var total = 0;
        foreach (var writer in await DeadAsync(own, everybodys, cancellationToken).ConfigureAwait(false))
        {
            total += await TakeAsync(writer, null, cancellationToken).ConfigureAwait(false);
            for (var given = MessagesAtOnce; given == MessagesAtOnce; total += given)
            {
                await using var giveBack = Command(database, GiveBack, writer);
                giveBack.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MessagesAtOnce });
                given = await giveBack.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            await LeaveAsync(database, writer, cancellationToken).ConfigureAwait(false);
        }
        return total;
    }

    /// <summary>Moves rows of one writer to <c>message_pending</c>.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="rows">Which rows; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many rows there were.</returns>
    public async Task<int> TakeAsync(Guid writer, long[]? rows, CancellationToken cancellationToken)
    {
        var total = 0;
        for (var taken = RowsAtOnce; taken == RowsAtOnce; total += taken)
        {
            await using var take = Command(database, Take, writer);
            take.Parameters.Add(new NpgsqlParameter { Value = (object?)rows ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            take.Parameters.Add(new NpgsqlParameter<int> { TypedValue = RowsAtOnce });
            taken = (int)(long)(await take.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            if (taken > 0)
                pending.Wake();
        }
        return total;
    }

    private async Task<List<Guid>> DeadAsync(Guid own, bool everybodys, CancellationToken cancellationToken)
    {
        await using var command = Command(database, Dead, own);
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = everybodys });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var dead = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            dead.Add(reader.GetGuid(0));
        return dead;
    }

    private static NpgsqlCommand Command(NpgsqlDataSource database, string sql, Guid writer)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = writer });
        return command;
    }
}
