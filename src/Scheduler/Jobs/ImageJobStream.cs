using Swath.Contracts;
using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Jobs;

/// <summary>
/// How an image job is stored: the stable name of every event type, and the columns of <c>jobs</c> that show its state.
/// A changed message gets a new schema version and an upcaster here, for the table and for the wire; golden old events are in the tests.
/// </summary>
public static class ImageJobStream
{
    public static void Configure(EventStreamConfigurator<ImageJob> stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Messages(stream);
        Columns(stream);
    }

    private static void Messages(EventStreamConfigurator<ImageJob> stream)
    {
        stream
            .Event<ImageRequested>("image-requested")
            .Event<RegionsCalculated>("regions-calculated")
            .Event<ImageRejected>("image-rejected")
            .Event<VariantSelected>("variant-selected")
            .Event<CapacityReserved>("capacity-reserved")
            .Event<RegionCompleted>("region-completed")
            .Event<RegionFailed>("region-failed")
            .Event<RegionReassigned>("region-reassigned")
            .Event<JobCompleted>("job-completed")
            .Event<JobFailed>("job-failed")
            .Event<CancelJob>("cancellation-requested")
            .Event<PauseJob>("pause-requested")
            .Event<ResumeJob>("resume-requested")
            .Event<RetryFailedTiles>("tile-retry-requested")
            .Event<JobResubmitted>("job-resubmitted")
            .Event<RetryOutputs>("output-retry-requested");

        // As releases before 0.1.0 stored them.
        stream
            .FormerName<CancelJob>("cancel-job")
            .FormerName<PauseJob>("pause-job")
            .FormerName<ResumeJob>("resume-job")
            .FormerName<RetryFailedTiles>("retry-failed-tiles")
            .FormerName<RetryOutputs>("retry-outputs");

        stream
            .Command<CalculateRegions>("calculate-regions")
            .Command<SelectVariant>("select-variant")
            .Command<ProcessRegion>("process-region")
            .Command<AssembleResult>("assemble-result")
            .Command<ReleaseCapacity>("release-capacity")
            .Command<StopRegion>("stop-region");
    }

    internal static void Columns(EventStreamConfigurator<ImageJob> stream)
    {
        stream
            .Column("name", job => job.Request?.JobName ?? job.Request?.ExternalId ?? job.Request?.JobId.ToString())
            .Column("tenant", job => job.Request?.Tenant)
            .Column("kind", job => job.Request?.JobKind ?? job.Request?.Endpoint?.Name)
            .Column("image_url", job => job.Request?.ImageUrl)
            .Column("endpoint", job => job.Request?.Endpoint?.Name)
            .Column("endpoint_type", job => job.Request?.Endpoint?.Type.ToString())
            .Column("variant", job => job.Variant)
            .Column("priority", job => job.Request?.Priority)
            .JsonColumn("affinity", job => AffinityOf(job.Request))
            .Column("load", job => job.Load)
            .Column("tile_workers", job => job.TileWorkersPerRegion)
            .Column("queue_turn", job => job.QueueTurn)
            .Column("regions_total", job => job.Regions.Length)
            .Column("regions_done", job => job.RegionsEnded - job.RegionsFailed)
            .Column("regions_failed", job => job.RegionsFailed)
            .Column("tiles_total", job => job.TilesTotal)
            .Column("tiles_done", job => job.TilesDone)
            .Column("tiles_failed", job => job.TilesFailed)
            .Column("tiles_skipped", job => job.TilesSkipped)
            .Column("features", job => job.Features)
            .Column("outputs_failed", job => job.OutputsFailed)
            .ArrayColumn("results", job => job.Results)
            .Column("failure", job => job.Failure)
            .Column("requested_at", job => job.RequestedAt)
            .Column("queued_at", job => job.QueuedAt)
            .Column("started_at", job => job.StartedAt)
            .Column("finished_at", job => job.FinishedAt);

        stream
            .Awaits(Commands.Awaited, JobStatus.Requested, JobStatus.Assembling)
            .FinalStates(JobStatus.Completed, JobStatus.PartiallyCompleted, JobStatus.Failed, JobStatus.Cancelled);
    }

    // Most jobs have no rules: admission then needs to read nothing.
    private static Affinity? AffinityOf(ImageRequested? request) =>
        request?.Affinity is { } affinity
        && (HasRule(affinity.Hard) || HasRule(affinity.Soft) || affinity.AntiJobKinds is { Count: > 0 }) ? affinity : null;

    // A request with nulls here is invalid, and gets its row all the same.
    private static bool HasRule(WorkerRule? rule) => rule?.WorkerId is not null || rule?.Tags is { Count: > 0 } || rule?.Capabilities is { Count: > 0 };
}
