using Spectre.Console;
using Swath.Host.Composition;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Output;

/// <summary>Follows a job until it is final: a progress bar on a terminal, a line at every change elsewhere.</summary>
internal static class JobProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    public static Task<JobRow> FollowAsync(SwathProcess swath, Guid jobId, CancellationToken cancellationToken) =>
        Terminal.IsInteractive ? FollowWithBarAsync(swath, jobId, cancellationToken) : FollowWithLinesAsync(swath, jobId, cancellationToken);

    private static async Task<JobRow> FollowWithBarAsync(SwathProcess swath, Guid jobId, CancellationToken cancellationToken) =>
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("Submitted", maxValue: 1);
                return await PollAsync(swath, jobId, job =>
                {
                    bar.MaxValue = Math.Max(1, job.TilesTotal);
                    bar.Value = job.IsFinal ? bar.MaxValue : job.TilesStored;
                    bar.Description = Markup.Escape(Describe(swath, job));
                }, cancellationToken);
            });

    private static async Task<JobRow> FollowWithLinesAsync(SwathProcess swath, Guid jobId, CancellationToken cancellationToken)
    {
        var (state, printedAt) = ("", DateTimeOffset.MinValue);
        return await PollAsync(swath, jobId, job =>
        {
            var now = swath.Clock.GetUtcNow();
            if (job.State == state && now - printedAt < LineInterval)
                return;
            (state, printedAt) = (job.State, now);
            Console.WriteLine(Describe(swath, job));
        }, cancellationToken);
    }

    private static async Task<JobRow> PollAsync(SwathProcess swath, Guid jobId, Action<JobRow> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await swath.Jobs.FindAsync(jobId, cancellationToken) is { } job)
            {
                show(job);
                if (job.IsFinal)
                    return job;
            }

            await swath.TakeOverIfAloneAsync(cancellationToken);
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
