using Spectre.Console;
using Swath.Host.Composition;
using Swath.Persistence.Outages;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Output;

/// <summary>Follows a job until it is final: a progress bar on a terminal, a line at every change elsewhere.</summary>
internal static class JobProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    /// <param name="swath">Where it runs.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="plainly">Lines on standard error, also on a terminal: standard output is somebody's input.</param>
    /// <param name="cancellationToken">Ends the following, not the job.</param>
    /// <param name="endedAfter">The end that the job had before it was retried: not that one is waited for, but the next.</param>
    public static Task<JobRow> FollowAsync(SwathProcess swath, Guid jobId, bool plainly, CancellationToken cancellationToken, DateTimeOffset? endedAfter = null) =>
        Terminal.IsInteractive && !plainly
            ? FollowWithBarAsync(swath, jobId, endedAfter, cancellationToken)
            : FollowWithLinesAsync(swath, jobId, endedAfter, plainly ? Terminal.WriteError : Terminal.WriteLine, cancellationToken);

    private static async Task<JobRow> FollowWithBarAsync(SwathProcess swath, Guid jobId, DateTimeOffset? endedAfter, CancellationToken cancellationToken) =>
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("Submitted", maxValue: 1);
                return await PollAsync(swath, jobId, endedAfter, job =>
                {
                    bar.MaxValue = Math.Max(1, job.TilesTotal);
                    bar.Value = job.IsFinal ? bar.MaxValue : job.TilesStored;
                    bar.Description = Markup.Escape(Printable.Of(Describe(swath, job)));
                }, cancellationToken);
            });

    private static async Task<JobRow> FollowWithLinesAsync(SwathProcess swath, Guid jobId, DateTimeOffset? endedAfter, Action<string> write, CancellationToken cancellationToken)
    {
        var (state, printedAt) = ("", DateTimeOffset.MinValue);
        return await PollAsync(swath, jobId, endedAfter, job =>
        {
            var now = swath.Clock.GetUtcNow();
            if (job.State == state && now - printedAt < LineInterval)
                return;
            (state, printedAt) = (job.State, now);
            write(Describe(swath, job));
        }, cancellationToken);
    }

    private static async Task<JobRow> PollAsync(
        SwathProcess swath, Guid jobId, DateTimeOffset? endedAfter, Action<JobRow> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await swath.Jobs.FindAsync(jobId, cancellationToken) is { } job && (endedAfter is null || job.FinishedAt != endedAfter))
                {
                    show(job);
                    if (job.IsFinal)
                        return job;
                }

                await swath.TakeOverIfAloneAsync(cancellationToken);
            }
            catch (Exception away) when (DatabaseAway.IsCauseOf(away) && !cancellationToken.IsCancellationRequested)
            {
                // The job waits for it too, and goes on.
            }

            await Task.Delay(Interval, swath.Clock, cancellationToken);
        }
    }

    private static string Describe(SwathProcess swath, JobRow job)
    {
        if (job.StartedAt is not { } started || job.TilesStored == 0)
            return job.WaitingReason is null ? job.State : $"{job.State} ({job.WaitingReason}: {job.WaitingDetail})";
        var seconds = ((job.FinishedAt ?? swath.Clock.GetUtcNow()) - started).TotalSeconds;
        var rate = job.TilesStored / Math.Max(seconds, 0.001);
        var left = job.IsFinal ? "" : $", {Math.Max(0, job.TilesTotal - job.TilesStored) / Math.Max(rate, 0.001):0} s left";
        return $"{job.State}: {job.TilesStored} of {job.TilesTotal} tiles, {rate:0} tiles/s{left}";
    }
}
