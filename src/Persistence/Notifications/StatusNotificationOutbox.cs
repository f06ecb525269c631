using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Notifications;

/// <summary>
/// The jobs that subscribers are yet to be told of, and how far they have been told. Any number of processes may tell: a job is told by one at a
/// time, in the order of its events, and again when one dies before it has said that it was done.
/// </summary>
public sealed class StatusNotificationOutbox(NpgsqlDataSource database, StreamModel model)
{
    /// <summary>Notified when a job is due.</summary>
    public const string Channel = "swath_status";

    private const string Follow = "insert into status_following (until) values (now() + interval '7 days') on conflict (only_row) do update set until = excluded.until";

    // A small table, but for the time after a long silence.
    private const string DueJobs = "select job_id from status_due group by job_id order by min(sequence) limit $1";

    private const string Begin = "insert into status_told (job_id, version) values ($1, 0) on conflict do nothing";
    private const string Take = "select version from status_told where job_id = $1 for update skip locked";
    private const string Events = "select version, message_id, type, data::text, occurred_at from job_events where job_id = $1 order by version";
    private const string Failure = "select failure from jobs where job_id = $1";

    private const string Done =
        """
        with told as (update status_told set version = greatest(version, $2) where job_id = $1)
        delete from status_due where job_id = $1 and version <= $2
        """;

    /// <summary>Says that somebody tells: from now on, and for a week, what happens is put aside for them.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Follow);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Jobs with something to tell, the longest waiting first.</summary>
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

    /// <summary>Tells one job; nobody else does meanwhile. Returns at once where somebody else is at it.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="tell">
    /// Tells, and reports the version of every event that is behind it. What it has reported when it throws is not told again; what it has not, is.
    /// </param>
    /// <param name="cancellationToken">Ends the telling.</param>
    public async Task TellAsync(Guid jobId, Func<JobStory, IProgress<int>, Task> tell, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tell);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var begin = Command(Begin, connection, jobId))
            await begin.ExecuteNonQueryAsync(cancellationToken);
        await using (var take = Command(Take, connection, jobId))
        {
            if (await take.ExecuteScalarAsync(cancellationToken) is not int told)
                return;
            var behind = new Told(told);
            try
            {
                var story = await ReadAsync(connection, jobId, told, cancellationToken);
                await tell(story, behind);
                behind.Report(story.Events[^1].Version);
            }
            finally
            {
                await using var done = Command(Done, connection, jobId);
                done.Parameters.Add(new NpgsqlParameter<int> { TypedValue = behind.Version });
                await done.ExecuteNonQueryAsync(CancellationToken.None);
                await transaction.CommitAsync(CancellationToken.None);
            }
        }
    }

    private async Task<JobStory> ReadAsync(NpgsqlConnection connection, Guid jobId, int told, CancellationToken cancellationToken)
    {
        var events = new List<FoldedEvent>();
        await using (var command = Command(Events, connection, jobId))
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
        await using var failure = Command(Failure, connection, jobId);
        return new JobStory(jobId, told, events, await failure.ExecuteScalarAsync(cancellationToken) as string);
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, Guid jobId) => new(sql, connection)
    {
        Parameters = { new NpgsqlParameter { Value = jobId, NpgsqlDbType = NpgsqlDbType.Uuid } },
    };

    private sealed class Told(int version) : IProgress<int>
    {
        public int Version { get; private set; } = version;

        public void Report(int value) => Version = Math.Max(Version, value);
    }
}
