using Swath.Contracts;
using Swath.Host.Commands;
using Swath.Intake.Submitting;
using Swath.Persistence;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Migrations;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outbox;
using Swath.Persistence.ReadSide;
using Swath.Scheduler;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Composition;

/// <summary>What a command needs of a database on which Swath runs, has run, or will run: reading jobs, and saying things to them.</summary>
internal sealed class SwathClient : IAsyncDisposable
{
    private readonly SwathDatabase _database;
    private readonly ServiceProvider _services;

    private SwathClient(SwathDatabase database)
    {
        _database = database;
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSwathPersistence(database.Connections)
            .AddSwathOutbox()
            .AddSwathSubmission()
            .AddSwathSchedulerQueries()
            .AddEventStream<ImageJob>(ImageJobStream.Configure)
            .BuildServiceProvider();
    }

    public SwathDatabase Database => _database;

    public JobReader Jobs => _services.GetRequiredService<JobReader>();

    public UndeliveredMessages Undelivered => _services.GetRequiredService<UndeliveredMessages>();

    public DepartedJobs Departed => _services.GetRequiredService<DepartedJobs>();

    public JobArchiver Archiver => new(_database.Connections.StreamOrLock, _services.GetRequiredService<StreamModel>(), TimeProvider.System);

    public ArchiveImport Import => new(_database.Connections.StreamOrLock, _services.GetRequiredService<StreamModel>());

    public JobErasure Erasure => new(_database.Connections.StreamOrLock, _services.GetRequiredService<StreamModel>());

    /// <summary>Who runs the command, for records.</summary>
    public static string Caller => $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Connects to the database; the private one is made when there is none.</summary>
    public static async Task<SwathClient> ConnectAsync(SwathPaths paths, CancellationToken cancellationToken) =>
        new(await SwathDatabase.OpenAsync(paths, cancellationToken));

    /// <summary>Connects to the database that there is.</summary>
    /// <exception cref="NoDatabaseException">There is none yet.</exception>
    public static async Task<SwathClient> ConnectToExistingAsync(CancellationToken cancellationToken) =>
        new(await SwathDatabase.OpenExistingAsync(SwathPaths.Current(), cancellationToken));

    /// <summary>Stores the request; the Swath that runs on the database delivers it, now or when it starts.</summary>
    /// <returns>The job; of a request that came before, the one that it was then.</returns>
    /// <exception cref="UsageException">It can't be a job.</exception>
    public async Task<SubmissionOutcome.Accepted> SubmitAsync(ImageRequested request, CancellationToken cancellationToken) =>
        await _services.GetRequiredService<Submission>().SubmitAsync(request, WayIn.Cli, cancellationToken: cancellationToken) switch
        {
            SubmissionOutcome.Accepted accepted => accepted,
            SubmissionOutcome.Refused refused => throw new UsageException(string.Join(Environment.NewLine, refused.Problems)),
            SubmissionOutcome.Conflict conflict => throw new UsageException(conflict.Reason),
            var other => throw new InvalidOperationException($"A request can't end as {other.GetType().Name} on the command line."),
        };

    /// <summary>Says something to a job.</summary>
    public Task TellAsync(object message, Guid jobId, CancellationToken cancellationToken) =>
        _services.GetRequiredService<IOutbox>().EnqueueAsync([OutboxEntry.Send(Queues.ImageJob, message) with { JobId = jobId }], cancellationToken);

    public Task<IReadOnlyList<HistoricEvent>> HistoryAsync(Guid jobId, CancellationToken cancellationToken) =>
        _services.GetRequiredService<EventHistory>().ReadAsync(jobId, cancellationToken);

    /// <summary>The job whose request is stored, with an id that begins so, and was taken by no process yet; null when there is none, or more than one.</summary>
    public async Task<Guid?> FindSubmittedAsync(string idPrefix, CancellationToken cancellationToken)
    {
        var digits = idPrefix.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length is 0 or > 32 || !digits.All(char.IsAsciiHexDigit))
            return null;

        // Few, and what is there only for as long as nobody takes it.
        await using var command = _database.DataSource.CreateCommand(
            """
            SELECT min(m.job_id::text)::uuid
            FROM (SELECT job_id FROM message_pending UNION ALL SELECT job_id FROM outbox WHERE delivered_at IS NULL) m
            WHERE replace(m.job_id::text, '-', '') LIKE $1 AND NOT EXISTS (SELECT FROM jobs j WHERE j.job_id = m.job_id)
            HAVING count(DISTINCT m.job_id) = 1
            """);
        command.Parameters.AddWithValue(digits.ToLowerInvariant() + "%");
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Why a job is where it is, and whether any process would move it; null when there is no such job.</summary>
    public async Task<JobExplanation?> ExplainAsync(Guid jobId, CancellationToken cancellationToken)
    {
        var explanation = await _services.GetRequiredService<JobExplanations>().ExplainAsync(jobId, cancellationToken);
        if (explanation is null || JobStatus.IsFinal(explanation.State) || await IsSwathRunningAsync(cancellationToken))
            return explanation;
        return explanation with
        {
            Detail = $"no process runs Swath's roles on this database, so nothing moves it; when the last one stopped: {explanation.Detail}",
            Unblocks = ["'swath up' is started", $"'swath watch {jobId}' runs it to its end"],
        };
    }

    /// <summary>Rebuilds every row of <c>jobs</c> from the events.</summary>
    public async Task<long> ReplayAsync(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await _database.AllowAsync(SchemaUse.Write, cancellationToken);
        return await new SagaReplay(_database.Connections.StreamOrLock, _services.GetRequiredService<StreamModel>()).RebuildAsync(progress, cancellationToken);
    }

    /// <summary>Compares every row of <c>jobs</c>, and what the scheduler keeps of them, with the fold of its events.</summary>
    public Task<SagaVerification> VerifyAsync(CancellationToken cancellationToken) =>
        new SagaVerify(_database.Connections.StreamOrLock, _services.GetRequiredService<StreamModel>(), _services.GetServices<ITableCheck>(), _services.GetServices<IStoreCheck>()).CompareAsync(null, cancellationToken);

    /// <summary>Whether one of the jobs still holds capacity.</summary>
    public async Task<bool> HoldCapacityAsync(IReadOnlyCollection<Guid> jobs, CancellationToken cancellationToken)
    {
        await using var command = _database.DataSource.CreateCommand("select exists (select from capacity_reservations where job_id = any ($1) and closed_at is null)");
        command.Parameters.AddWithValue(jobs.ToArray());
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public Task<bool> IsSwathRunningAsync(CancellationToken cancellationToken) => RolesLock.IsHeldAsync(_database.DataSource, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Who delivers what was said is to hear of it now, and not at his next tick.
        await _services.GetRequiredService<NotificationSender>().FlushAsync();
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
