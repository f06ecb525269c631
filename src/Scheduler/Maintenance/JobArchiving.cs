using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Archive;

namespace Swath.Scheduler.Maintenance;

/// <summary>Moves jobs that ended long enough ago to files, where the settings say so. Of several schedulers one does it.</summary>
public sealed class JobArchiving(
    JobArchiver archiver, IOptionsMonitor<ArchiveOptions> options, TimeProvider time, ILogger<JobArchiving> logger) : Periodic(time, logger)
{
    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        if (options.CurrentValue is not { AfterDays: { } days, Folder: { } folder })
            return;
        if (await archiver.RunAsync(TimeSpan.FromDays(days), folder, $"ARCHIVE_AFTER_DAYS@{Environment.MachineName}", cancellationToken: cancellationToken).ConfigureAwait(false) is { Jobs: > 0 } outcome)
            logger.LogInformation("{Jobs} jobs that ended more than {Days} days ago were archived, in {Files} files in {Folder}", outcome.Jobs, days, outcome.Files, folder);
    }
}
