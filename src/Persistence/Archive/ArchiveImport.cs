using Npgsql;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Archive;

/// <summary>Brings the jobs of an archive's file back, all or none, as they were. For archiving they count as if they had ended now.</summary>
/// <param name="database">Connections whose statements may take a minute.</param>
/// <param name="model">The stream.</param>
public sealed class ArchiveImport(NpgsqlDataSource database, StreamModel model)
{
    private const int Batch = 100;

    private const string Known =
        """
        select id from unnest($1) as job (id)
        where exists (select from jobs j where j.job_id = id) or exists (select from job_events e where e.job_id = id)
           or exists (select from job_tombstones t join job_removals r using (removal_id) where t.job_id = id and r.kind = 'erased')
        order by id
        """;

    private const string Note =
        "insert into job_removals (kind, jobs, who, reason, file) values ('imported', $1, $2, 'import', $3) returning removal_id";

    private const string Return =
        """
        insert into job_tombstones (job_id, removal_id, back_at) select id, $2, swath_now() from unnest($1) as job (id)
        on conflict (job_id) do update set removal_id = excluded.removal_id, back_at = excluded.back_at
        """;

    private const string Events =
        """
        insert into job_events (job_id, version, message_id, type, data, occurred_at)
        select (line ->> 'jobId')::uuid, e.version, e.message_id, e.type, e.data, e.occurred_at
        from unnest($1) as job (line),
             jsonb_to_recordset(line -> 'events') as e (version integer, message_id uuid, type text, data jsonb, occurred_at timestamptz)
        order by 1, 2
        """;

    private const string Submissions =
        """
        insert into submissions
        select s.* from unnest($1) as job (line), jsonb_populate_record(null::submissions, line -> 'submission') as s
        where jsonb_typeof(line -> 'submission') = 'object'
        on conflict do nothing
        """;

    // They were told when they happened.
    private const string Quiet = "delete from status_due where job_id = any ($1)";

    private readonly ArchiveCheck _check = new(model);

    /// <summary>Imports a file.</summary>
    /// <returns>How many jobs came back.</returns>
    /// <exception cref="ArchiveException">The file is damaged, or one of its jobs is in the database, or was erased from it. Nothing was imported.</exception>
    public async Task<int> RunAsync(string path, string who, CancellationToken cancellationToken = default)
    {
        var jobs = await _check.RunAsync(path, cancellationToken).ConfigureAwait(false);
        if (jobs == 0)
            return 0;
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var note = await NoteAsync(connection, jobs, who, Path.GetFileName(path), cancellationToken).ConfigureAwait(false);
        var batch = new List<ArchivedJob>(Batch);
        await foreach (var job in ArchiveFile.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            batch.Add(job);
            if (batch.Count < Batch)
                continue;
            await AddAsync(connection, batch, note, cancellationToken).ConfigureAwait(false);
            batch.Clear();
        }

        if (batch.Count > 0)
            await AddAsync(connection, batch, note, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return jobs;
    }

    private async Task AddAsync(NpgsqlConnection connection, List<ArchivedJob> jobs, int note, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. jobs.Select(job => job.JobId)];
        string[] lines = [.. jobs.Select(job => job.Line)];
        await RefuseKnownAsync(connection, ids, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(Return, [ids, note]).ConfigureAwait(false);
        await ExecuteAsync(Events, [], lines).ConfigureAwait(false);
        await using (var rows = model.FoldedRows(connection, [.. jobs.Select(_check.Fold)], SagaReplay.Statement(model)))
            await rows.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(Submissions, [], lines).ConfigureAwait(false);
        await ExecuteAsync(Quiet, [ids]).ConfigureAwait(false);

        async Task ExecuteAsync(string statement, object[] parameters, string[]? json = null)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            foreach (var parameter in parameters)
                command.Parameters.Add(new NpgsqlParameter { Value = parameter });
            if (json is not null)
                command.Parameters.Add(new NpgsqlParameter { Value = json, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Jsonb });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<int> NoteAsync(NpgsqlConnection connection, int jobs, string who, string file, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Note, connection);
        command.Parameters.AddWithValue(jobs);
        command.Parameters.AddWithValue(who);
        command.Parameters.AddWithValue(file);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task RefuseKnownAsync(NpgsqlConnection connection, Guid[] jobs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Known, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = jobs });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<Guid> known = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            known.Add(reader.GetGuid(0));
        if (known.Count > 0)
            throw new ArchiveException($"Nothing was imported: {string.Join(", ", known.Take(5))}{(known.Count > 5 ? ", ..." : "")} {(known.Count == 1 ? "is" : "are")} in the database already, or erased from it.");
    }
}
