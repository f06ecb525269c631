using System.Runtime.CompilerServices;
using Npgsql;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Archive;

/// <summary>
/// Moves jobs that are over to files. A file is written whole and to the disk under a name that ends in <c>.partial</c>; one transaction then takes its jobs, as they
/// are in the file, out of the database; then the file gets its name. Killed at any point, the next run in the same folder ends what was begun: whether a partial file
/// counts is what the database says. docs/growth.md.
/// </summary>
/// <param name="database">Connections whose statements may take a minute.</param>
/// <param name="model">The stream.</param>
/// <param name="time">The clock, for the files' names alone.</param>
public sealed class JobArchiver(NpgsqlDataSource database, StreamModel model, TimeProvider time)
{
    /// <summary>Jobs in a file at most.</summary>
    public const int JobsPerFile = 1_000;

    // A file ends with the job that reaches this many: the transaction that removes its jobs stays short.
    private const int EventsPerFile = 20_000;

    // One archiver at a time on a database. Held by the session that deletes: whoever gets it knows that no deletion of another is under way.
    private const string Turn = "select pg_try_advisory_lock(hashtextextended('swath archives', 0))";

    // Served by jobs_by_requested_at, read from its old end. One that was imported again counts from then.
    private const string Due =
        """
        select j.job_id, j.requested_at, j.version
        from jobs j left join job_tombstones t on t.job_id = j.job_id
        where j.requested_at >= $1 and (j.requested_at > $1 or j.job_id < $2) and j.requested_at < swath_now() - $3
          and j.finished_at < swath_now() - $3 and j.state = any ($4) and coalesce(t.back_at, '-infinity') < swath_now() - $3
          and not exists (select from capacity_reservations c where c.job_id = j.job_id and c.closed_at is null)
        order by j.requested_at, j.job_id desc
        limit $5
        """;

    // What is of the delivery and of the order of commits is not the job's.
    private const string Lines =
        """
        select e.job_id,
               jsonb_build_object('jobId', e.job_id, 'events', jsonb_agg(to_jsonb(e) - array['job_id', 'outgoing', 'txid', 'seq'] order by e.version),
                                  'submission', (select to_jsonb(s) from submissions s where s.job_id = e.job_id))::text,
               max(e.version), count(*)::int
        from job_events e
        where e.job_id = any ($1)
        group by e.job_id
        order by e.job_id
        """;

    /// <summary>Moves what ended long enough ago.</summary>
    /// <param name="olderThan">How long ago, at least.</param>
    /// <param name="folder">Where the files are written; made when it is not there.</param>
    /// <param name="who">Who says so, for the record.</param>
    /// <param name="limit">At most so many jobs.</param>
    /// <param name="progress">Told the path of each file that is done.</param>
    /// <param name="cancellationToken">Ends it after the file that is under way.</param>
    /// <returns>What was moved; null when another process archives on this database.</returns>
    /// <exception cref="IOException">The folder can't be written to; the jobs that were not moved stay where they are.</exception>
    public async Task<ArchiveOutcome?> RunAsync(
        TimeSpan olderThan, string folder, string who, long limit = long.MaxValue, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(folder);
        await using var session = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (var turn = new NpgsqlCommand(Turn, session))
        {
            if (await turn.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
                return null;
        }

        try
        {
            var id = await DatabaseIdAsync(session, cancellationToken).ConfigureAwait(false);
            var outcome = await EndWhatWasBegunAsync(session, folder, id, progress, cancellationToken).ConfigureAwait(false);
            var (after, last) = (DateTimeOffset.UnixEpoch, Guid.Empty);
            while (outcome.Jobs < limit && !cancellationToken.IsCancellationRequested)
            {
                var due = await DueAsync(olderThan, after, last, (int)Math.Min(JobsPerFile, limit - outcome.Jobs), cancellationToken).ConfigureAwait(false);
                if (due.Count == 0)
                    break;
                (after, last) = (due[^1].RequestedAt, due[^1].JobId);
                var name = ArchiveFile.NewName(id, time.GetUtcNow());
                var moved = await MoveAsync(session, [.. due.Select(job => job.JobId)], Path.Combine(folder, name), who, olderThan, cancellationToken).ConfigureAwait(false);
                if (moved == 0)
                    continue;
                outcome = new ArchiveOutcome(outcome.Jobs + moved, outcome.Files + 1);
                progress?.Report(Path.Combine(folder, name));
            }

            return outcome;
        }
        finally
        {
            if (session.State == System.Data.ConnectionState.Open)
            {
                await using var leave = new NpgsqlCommand("select pg_advisory_unlock_all()", session);
                await leave.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // Tells the files of several databases in one folder apart.
    private static async Task<string> DatabaseIdAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select left(md5(system_identifier || current_database()), 8) from pg_control_system()", session);
        return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>A partial file whose jobs have left the database gets its name; another is worth nothing, its jobs are where they were.</summary>
    private static async Task<ArchiveOutcome> EndWhatWasBegunAsync(
        NpgsqlConnection session, string folder, string id, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var outcome = new ArchiveOutcome(0, 0);
        foreach (var partial in Directory.EnumerateFiles(folder, $"swath-{id}-*{ArchiveFile.PartialEnding}").Order(StringComparer.Ordinal).ToList())
        {
            var path = partial[..^(ArchiveFile.PartialEnding.Length - ArchiveFile.Ending.Length)];
            await using var command = new NpgsqlCommand("select jobs from job_removals where file = $1 and kind = 'archived'", session);
            command.Parameters.AddWithValue(Path.GetFileName(path));
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is int jobs)
            {
                File.Move(partial, path);
                outcome = new ArchiveOutcome(outcome.Jobs + jobs, outcome.Files + 1);
                progress?.Report(path);
            }
            else
            {
                File.Delete(partial);
            }
        }

        return outcome;
    }

    private async Task<IReadOnlyList<(Guid JobId, DateTimeOffset RequestedAt)>> DueAsync(
        TimeSpan olderThan, DateTimeOffset after, Guid last, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Due);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(last);
        command.Parameters.AddWithValue(olderThan);
        command.Parameters.Add(new NpgsqlParameter { Value = model.FinalStates.ToArray() });
        command.Parameters.AddWithValue(limit);
        var due = new List<(Guid, DateTimeOffset)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        for (var events = 0; events < EventsPerFile && await reader.ReadAsync(cancellationToken).ConfigureAwait(false); events += reader.GetInt32(2))
            due.Add((reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
        return due;
    }

    /// <summary>Writes jobs to a file and takes them out. Those to which something happens meanwhile are left, and the file is written again without them.</summary>
    private async Task<int> MoveAsync(NpgsqlConnection session, Guid[] jobs, string path, string who, TimeSpan olderThan, CancellationToken cancellationToken)
    {
        var partial = path[..^ArchiveFile.Ending.Length] + ArchiveFile.PartialEnding;
        while (jobs.Length > 0)
        {
            var written = new Dictionary<Guid, int>();
            var sum = await ArchiveFile.WriteAsync(partial, LinesAsync(jobs, written, cancellationToken), cancellationToken).ConfigureAwait(false);
            await using (var transaction = await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false))
            {
                var locked = await JobRemoval.LockAsync(transaction, model, jobs, cancellationToken).ConfigureAwait(false);
                Guid[] same = [.. written.Where(job => locked.TryGetValue(job.Key, out var version) && version == job.Value).Select(job => job.Key)];
                if (same.Length == jobs.Length)
                {
                    var note = new RemovalNote("archived", who, $"older than {olderThan.TotalDays:0.###} days", Path.GetFileName(path), sum);
                    await JobRemoval.RemoveAsync(transaction, note, jobs, cancellationToken).ConfigureAwait(false);
                    // From here on only the database knows whether the file counts: see the next run.
                    await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                    File.Move(partial, path);
                    return jobs.Length;
                }

                jobs = same;
            }
        }

        File.Delete(partial);
        return 0;
    }

    private async IAsyncEnumerable<(string Line, int Events)> LinesAsync(
        Guid[] jobs, Dictionary<Guid, int> written, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in jobs.Chunk(100))
        {
            foreach (var (job, line, version, events) in await ReadAsync(some, cancellationToken).ConfigureAwait(false))
            {
                // A stream that lacks events stays where it can be looked at.
                if (version != events)
                    continue;
                written.Add(job, version);
                yield return (line, events);
            }
        }
    }

    // Whole, before anything of it is written: no statement waits for a disk or a network.
    private async Task<List<(Guid JobId, string Line, int Version, int Events)>> ReadAsync(Guid[] jobs, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Lines);
        command.Parameters.Add(new NpgsqlParameter { Value = jobs });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var lines = new List<(Guid, string, int, int)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            lines.Add((reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3)));
        return lines;
    }
}
