using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Notifications;

/// <summary>
/// The jobs that subscribers are yet to be told of, and how far they have been told. Any number of processes may tell: a job is claimed by one at a
/// time, for a while that it renews, told in the order of its events, and told again when that one dies before it has said that it was done. Neither a
/// transaction nor a lock lasts while messages are sent.
/// </summary>
public sealed class StatusNotificationOutbox(NpgsqlDataSource database, StreamModel model, TimeProvider time)
{
    /// <summary>Notified when a job is due.</summary>
    public const string Channel = "swath_status";

    /// <summary>How long a job is claimed; renewed at a third of it.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private const string Follow = "insert into status_following (until) values (now() + interval '7 days') on conflict (only_row) do update set until = excluded.until";

    // A small table, but for the time after a long silence.
    private const string DueJobs =
        """
        select d.job_id from status_due d left join status_told t on t.job_id = d.job_id
         where t.claimed_until is null or t.claimed_until <= swath_now()
         group by d.job_id order by min(d.sequence) limit $1
        """;

    private const string Claim =
        """
        insert into status_told as t (job_id, version, claim, claimed_until) values ($1, 0, $2, swath_now() + $3)
        on conflict (job_id) do update set claim = excluded.claim, claimed_until = excluded.claimed_until
         where t.claimed_until is null or t.claimed_until <= swath_now()
        returning version
        """;

    private const string Events = "select version, message_id, type, data::text, occurred_at from job_events where job_id = $1 order by version";
    private const string Failure = "select failure from jobs where job_id = $1";

    // What was told stays told, whoever has the job now. Yields whether it is still ours.
    private const string Note =
        """
        with told as (
          update status_told
             set version = greatest(version, $3), claimed_until = case when claim = $2 then swath_now() + $4 else claimed_until end
           where job_id = $1 returning claim
        ), due as (
          delete from status_due where job_id = $1 and version <= $3
        )
        select claim = $2 from told
        """;

    private const string Settle = "update status_told set claim = null, claimed_until = null, failures = 0 where job_id = $1 and claim = $2";

    private const string Rest =
        """
        update status_told set claim = null, claimed_until = swath_now() + interval '1 second' * least(60, power(2, least(failures, 10))), failures = failures + 1
         where job_id = $1 and claim = $2
        """;

    /// <summary>Says that somebody tells: from now on, and for a week, what happens is put aside for them.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Follow);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Jobs with something to tell that nobody is at, the longest waiting first.</summary>
    public async Task<IReadOnlyList<Guid>> DueAsync(int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DueJobs);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            jobs.Add(reader.GetGuid(0));
        return jobs;
    }

    /// <summary>
    /// Tells one job; nobody else does meanwhile. Returns at once where somebody else is at it. A job that can't be told rests for 1 s, then longer,
    /// up to a minute.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="tell">
    /// Tells, and reports the version of every event that is behind it. What it has reported when it throws is not told again; what it has not, is. It is to stop
    /// when the report says that the job is another's now.
    /// </param>
    /// <param name="cancellationToken">Ends the telling.</param>
    public async Task TellAsync(Guid jobId, Func<JobStory, Func<int, Task<bool>>, Task> tell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tell);
        var claim = Guid.CreateVersion7();
        if (await AskAsync(Claim, cancellationToken, Id(jobId), Id(claim), Span(Lease)) is not int told)
            return;

        var behind = told;
        var noted = told;
        var renewedAt = time.GetTimestamp();
        var settle = Rest;
        try
        {
            var story = await ReadAsync(jobId, told, cancellationToken);
            await tell(story, ReportAsync);
            behind = Math.Max(behind, story.Events[^1].Version);
            settle = Settle;
        }
        finally
        {
            if (behind > noted || settle == Settle)
                await NoteAsync(CancellationToken.None);
            await AskAsync(settle, CancellationToken.None, Id(jobId), Id(claim));
        }

        async Task<bool> ReportAsync(int version)
        {
            behind = Math.Max(behind, version);
            return time.GetElapsedTime(renewedAt) < Lease / 3 || await NoteAsync(cancellationToken);
        }

        async Task<bool> NoteAsync(CancellationToken cancel)
        {
            var ours = await AskAsync(Note, cancel, Id(jobId), Id(claim), new NpgsqlParameter<int> { TypedValue = behind }, Span(Lease));
            noted = behind;
            renewedAt = time.GetTimestamp();
            return ours is true;
        }
    }

    private async Task<JobStory> ReadAsync(Guid jobId, int told, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var events = new List<FoldedEvent>();
        await using (var command = new NpgsqlCommand(Events, connection) { Parameters = { Id(jobId) } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            var state = model.Initial;
            while (await reader.ReadAsync(cancellationToken))
            {
                var stored = new StoredEvent(reader.GetInt32(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4));
                (state, var message) = model.Step(state, stored);
                events.Add(new FoldedEvent(stored.Version, message, stored.OccurredAt, model.StatusOf(state)));
            }
        }
        await using var failure = new NpgsqlCommand(Failure, connection) { Parameters = { Id(jobId) } };
        return new JobStory(jobId, told, events, await failure.ExecuteScalarAsync(cancellationToken) as string);
    }

    private async Task<object?> AskAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static NpgsqlParameter Id(Guid id) => new() { Value = id, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static NpgsqlParameter Span(TimeSpan span) => new() { Value = span, NpgsqlDbType = NpgsqlDbType.Interval };
}
