using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outages;

namespace Swath.Intake.Notifications;

/// <summary>
/// Tells subscribers what becomes of jobs: follows every job's events, publishes in their order, and notes how far it has come only after SNS has
/// the message. Killed in between, it, or another process, tells the last again. Does nothing where no topic is set.
/// </summary>
internal sealed class StatusNotifier(
    NpgsqlDataSource database, IServiceProvider services, IOptions<StatusTopicOptions> options, StatusTopics topics, TimeProvider time,
    ILogger<StatusNotifier> logger) : BackgroundService
{
    private const int Batch = 200;
    private const int JobsAtOnce = 8;

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FollowInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Asked for when it is needed: a process that tells nobody needs no event stream and no AWS.
    private StatusNotificationOutbox Backlog => services.GetRequiredService<StatusNotificationOutbox>();

    /// <summary>Before the first request can be taken, so that no job begins unnoticed.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.AreSet)
            return;
        try
        {
            await Backlog.FollowAsync(cancellationToken);
        }
        catch (Exception away) when (DatabaseAway.IsCauseOf(away))
        {
            logger.LogWarning("Status notifications begin when the database answers: {Reason}", away.Message);
        }
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(() => pause = TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LogError("Status notifications wait {Pause}: {Reason}", pause, failure.Message);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Until something fails: listens, tells what is due, and looks by itself at a slow tick.</summary>
    private async Task FollowAsync(Action succeeded, CancellationToken stoppingToken)
    {
        await using var ear = await database.OpenConnectionAsync(stoppingToken);
        await using (var listen = new NpgsqlCommand($"listen {StatusNotificationOutbox.Channel}", ear))
            await listen.ExecuteNonQueryAsync(stoppingToken);
        var followed = DateTimeOffset.MinValue;
        while (true)
        {
            if (time.GetUtcNow() - followed > FollowInterval)
            {
                await Backlog.FollowAsync(stoppingToken);
                followed = time.GetUtcNow();
            }
            await TellAsync(stoppingToken);
            succeeded();
            await ear.WaitAsync(Sweep, stoppingToken);
        }
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        var jobs = await Backlog.DueAsync(Batch, stoppingToken);
        if (jobs.Count == 0)
            return;
        var failures = new ConcurrentBag<Exception>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = JobsAtOnce, CancellationToken = stoppingToken };
        await Parallel.ForEachAsync(jobs, parallel, async (job, cancel) =>
        {
            try
            {
                await Backlog.TellAsync(job, (story, told) => TellAsync(story, told, cancel), cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                failures.Add(failure);
            }
        });

        // One job that can't be told rests; when none can, there is no topic to tell.
        if (failures.Count == jobs.Count)
            throw failures.First();
        foreach (var failure in failures)
            logger.LogError("A job's status can't be told, and is tried again later: {Reason}", failure.Message);
    }

    private async Task TellAsync(JobStory story, Func<int, Task<bool>> told, CancellationToken cancellationToken)
    {
        foreach (var happened in StatusNotifications.Of(story).GroupBy(notification => notification.Version))
        {
            foreach (var (place, notification) in happened.Index())
                await topics.PublishAsync(notification, story.JobId, $"{story.JobId}-{notification.Version}-{place}", cancellationToken);
            if (!await told(happened.Key))
                throw new InvalidOperationException($"Job {story.JobId} took too long to tell, and is another process's now.");
        }
    }
}
