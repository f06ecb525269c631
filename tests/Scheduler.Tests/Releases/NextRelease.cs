using Swath.Contracts;
using Swath.Persistence.EventSourcing;
using Swath.Scheduler.Jobs;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Releases;

/// <summary>
/// Plays the release after this one: it has one more event type (pausing is stored as <c>job-held</c>), a newer version of another, which its
/// upcaster makes of the old one, and one more column. Everything else is the product's.
/// </summary>
internal static class NextRelease
{
    /// <summary>Its migration, which only adds.</summary>
    public static async Task ExpandAsync(TestDatabase database)
    {
        await database.ExecuteAsync("alter table jobs add column times_queued integer null");
        await database.ExecuteAsync("insert into swath_migrations values ('0999_next_release', '10.0.0')");
    }

    public static void Configure(EventStreamConfigurator<ImageJob> stream)
    {
        stream
            .Event<ImageRequested>("image-requested")
            .Event<RegionsCalculated>("regions-calculated")
            .Event<ImageRejected>("image-rejected")
            .Event<VariantSelected>("variant-selected", version: 2)
            .Event<CapacityReserved>("capacity-reserved")
            .Event<RegionCompleted>("region-completed")
            .Event<RegionFailed>("region-failed")
            .Event<RegionReassigned>("region-reassigned")
            .Event<JobCompleted>("job-completed")
            .Event<JobFailed>("job-failed")
            .Event<CancelJob>("cancellation-requested")
            .Event<PauseJob>("job-held")
            .Event<ResumeJob>("resume-requested")
            .Event<RetryFailedTiles>("tile-retry-requested")
            .Event<JobResubmitted>("job-resubmitted")
            .Event<RetryOutputs>("output-retry-requested")
            .FormerName<PauseJob>("pause-requested")
            .Command<CalculateRegions>("calculate-regions")
            .Command<SelectVariant>("select-variant")
            .Command<ProcessRegion>("process-region")
            .Command<AssembleResult>("assemble-result")
            .Command<ReleaseCapacity>("release-capacity")
            .Upcast("variant-selected", 1, old =>
            {
                // The next release asks for twice the workers that this one does, to be told from it.
                old["tileWorkersPerRegion"] = old["tileWorkersPerRegion"]!.GetValue<int>() * 2;
                return old;
            });
        ImageJobStream.Columns(stream);
        stream.Column("times_queued", job => job.QueueTurn);
    }
}
