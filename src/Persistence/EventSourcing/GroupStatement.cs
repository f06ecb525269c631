using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.Migrations;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>The one statement, and so the one transaction and the one round trip, that appends a group of events and upserts their rows.</summary>
internal sealed class GroupStatement<TState> : IDisposable where TState : class, IFold<TState>
{
    private const int FixedParameters = 11;
    private readonly StreamModel<TState> _model;
    private readonly NpgsqlCommand _command;

    public GroupStatement(StreamModel<TState> model, NpgsqlConnection connection)
    {
        _model = model;
        _command = new NpgsqlCommand(Text(model), connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new NpgsqlParameter<int[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                new NpgsqlParameter<Guid[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<DateTimeOffset[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new NpgsqlParameter<string?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<bool[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean },
                new NpgsqlParameter<bool[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean },
                new NpgsqlParameter<Guid> { NpgsqlDbType = NpgsqlDbType.Uuid },
                new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        foreach (var column in model.Columns)
            _command.Parameters.Add(column.CreateParameter());
    }

    public void Dispose() => _command.Dispose();

    public Task PrepareAsync(CancellationToken cancellationToken) => _command.PrepareAsync(cancellationToken);

    /// <summary>Appends what can be appended, and what was sent with it to the log.</summary>
    /// <param name="group">Events and rows, at most one of a stream.</param>
    /// <param name="writer">This process.</param>
    /// <param name="seq">The log's row for what was sent; none is written when nothing was.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The streams whose event was appended; the others lost against somebody else, or are duplicates.</returns>
    public async Task<HashSet<Guid>> ExecuteAsync(IReadOnlyList<PendingAppend<TState>> group, Guid writer, long seq, CancellationToken cancellationToken)
    {
        Set(0, group, p => p.JobId);
        Set(1, group, p => p.Version);
        Set(2, group, p => p.MessageId);
        Set(3, group, p => p.Type);
        Set(4, group, p => p.Data);
        Set(5, group, p => p.OccurredAt);
        Set(6, group, p => p.Outgoing.Count == 0 ? null : OutgoingMessageJson.WriteItems(p.Outgoing));
        Set(7, group, p => p.IsEvent);
        Set(8, group, p => p.WritesRow);
        ((NpgsqlParameter<Guid>)_command.Parameters[9]).TypedValue = writer;
        ((NpgsqlParameter<long>)_command.Parameters[10]).TypedValue = seq;
        var states = new TState[group.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = group[i].State;
        for (var i = 0; i < _model.Columns.Count; i++)
            _model.Columns[i].Fill(_command.Parameters[FixedParameters + i], states);

        var appended = new HashSet<Guid>(group.Count);
        await using var reader = await _command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            appended.Add(reader.GetGuid(0));
        return appended;
    }

    private void Set<TValue>(int index, IReadOnlyList<PendingAppend<TState>> group, Func<PendingAppend<TState>, TValue> read)
    {
        var values = new TValue[group.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = read(group[i]);
        ((NpgsqlParameter<TValue[]>)_command.Parameters[index]).TypedValue = values;
    }

    // The rows travel as arrays, one element per event, sorted by stream: every process takes its locks in the same order.
    // "on conflict do nothing" filters the losers without failing the others.
    private static string Text(StreamModel<TState> model)
    {
        var names = string.Join(", ", model.Columns.Select(c => c.Name));
        var arrays = string.Join(", ", model.Columns.Select((c, i) => $"${FixedParameters + 1 + i}::{c.ElementType}[]"));
        var values = string.Join(", ", model.Columns.Select(c => c.Value("i")));
        var assignments = model.Columns.Select(c => $"{c.Name} = excluded.{c.Name}");
        return $"""
            with input as materialized (
              select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::boolean[], $9::boolean[], {arrays})
                as u (job_id, version, message_id, type, data, occurred_at, outgoing, is_event, writes_row, {names})
              where may_write({SwathMigrator.SchemaNumber})
            ), appended as (
              insert into job_events (job_id, version, message_id, type, data, occurred_at)
              select job_id, version, message_id, type, data::jsonb, occurred_at from input where is_event
              on conflict do nothing
              returning job_id
            ), logged as (
              insert into message_log (writer, seq, items)
              select $10, $11, '[' || string_agg(i.outgoing, ',') || ']'
              from input i join appended a on a.job_id = i.job_id
              where i.outgoing is not null
              having count(*) > 0
            ), saved as (
              insert into jobs (job_id, version, updated_at, delivered_version, {names})
              select i.job_id, i.version, i.occurred_at, i.version, {values}
              from input i left join appended a on a.job_id = i.job_id
              where i.writes_row
                -- A row that lagged behind is not made anew: the job may have been removed meanwhile.
                and (a.job_id is not null or not i.is_event and exists (select from jobs j where j.job_id = i.job_id))
              on conflict (job_id) do update set
                version = excluded.version,
                updated_at = excluded.updated_at,
                delivered_version = case when jobs.delivered_version = jobs.version then excluded.version else jobs.delivered_version end,
                {string.Join(",\n    ", assignments)}
              where jobs.version < excluded.version
            )
            select job_id from appended
            """;
    }
}
