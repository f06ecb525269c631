using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Rows of this process's log of which it is not known yet whether they were committed: the transaction is the caller's, or the connection broke
/// before the answer came.
/// </summary>
internal sealed class UndecidedAppends(NpgsqlDataSource database)
{
    // Whether each is over, and then, in a statement that sees whatever was committed by that time, which rows are there: a transaction may have
    // committed without them, after a return to a savepoint.
    private const string AreOver =
        """
        select u.seq from unnest($1::bigint[], $2::text[], $3::integer[]) as u (seq, transaction, backend)
        where case when u.transaction is not null then coalesce(pg_xact_status(u.transaction::xid8), 'over') <> 'in progress'
                   else not exists (select from pg_stat_activity a where a.pid = u.backend and a.state is distinct from 'idle') end
        """;

    private const string AreThere = "select seq from message_log where writer = $1 and seq = any($2)";

    private readonly SortedDictionary<long, UndecidedAppend> _undecided = [];
    private readonly Lock _gate = new();

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _undecided.Count == 0;
        }
    }

    public void Add(UndecidedAppend append)
    {
        lock (_gate)
            _undecided[append.Entry.Seq] = append;
    }

    /// <summary>Asks the database. What is decided is answered once, in the order of the rows.</summary>
    public async Task<IReadOnlyList<(UndecidedAppend Append, bool IsCommitted)>> DecideAsync(Guid writer, CancellationToken cancellationToken)
    {
        UndecidedAppend[] undecided;
        lock (_gate)
            undecided = [.. _undecided.Values];
        if (undecided.Length == 0)
            return [];

        var rows = new NpgsqlParameter<long[]> { TypedValue = [.. undecided.Select(u => u.Entry.Seq)] };
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AreOver)
        {
            Parameters =
            {
                rows,
                new NpgsqlParameter<string?[]> { TypedValue = [.. undecided.Select(u => u.Transaction)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<int?[]> { TypedValue = [.. undecided.Select(u => u.Backend)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AreThere) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = writer }, rows.Clone() } });
        HashSet<long> over, there;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            over = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            there = await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        }

        var decided = new List<(UndecidedAppend, bool)>();
        lock (_gate)
        {
            foreach (var append in undecided)
            {
                if ((there.Contains(append.Entry.Seq) || over.Contains(append.Entry.Seq)) && _undecided.Remove(append.Entry.Seq))
                    decided.Add((append, there.Contains(append.Entry.Seq)));
            }
        }
        return decided;
    }

    private static async Task<HashSet<long>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(reader.GetInt64(0));
        return rows;
    }
}
