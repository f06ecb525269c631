using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Scheduler.Jobs;

/// <summary>The commands that a job sends, each built from its folded state.</summary>
internal static class Commands
{
    /// <summary>What a job waits for that nobody else sees to: regions are the business of their workers' leases.</summary>
    public static IEnumerable<OutboxEntry> Awaited(ImageJob job) => job.Status switch
    {
        JobStatus.Requested when job.HasRegions => [OutboxEntry.Send(Queues.SelectVariant, SelectVariant(job))],
        JobStatus.Requested => [OutboxEntry.Send(Queues.CalculateRegions, CalculateRegions(job))],
        JobStatus.Assembling => [OutboxEntry.Send(Queues.AssembleResult, AssembleResult(job))],
        _ => [],
    };

    public static CalculateRegions CalculateRegions(ImageJob job)
    {
        var request = job.Request!;
        return new CalculateRegions
        {
            JobId = request.JobId,
            Grants = request.Grants,
            ImageUrl = request.ImageUrl,
            ImageReadRole = request.ImageReadRole,
            ImageSegment = request.ImageSegment,
            RegionOfInterest = request.RegionOfInterest,
            Tile = request.Tile,
            Outputs = request.Outputs,
            ExternalId = request.ExternalId,
        };
    }

    public static SelectVariant SelectVariant(ImageJob job)
    {
        var request = job.Request!;
        return new SelectVariant
        {
            JobId = request.JobId,
            // A job that is retried keeps its variant: an explicit one is never overridden.
            Endpoint = job.Variant is { } variant ? request.Endpoint with { TargetVariant = variant } : request.Endpoint,
            JobKind = request.JobKind ?? request.Endpoint.Name,
            Regions = [.. job.Regions.Select(region => region.Region)],
            Reopen = [.. job.Regions.Where(region => region.WasReopened).Select(region => new RegionReopening(region.Region.RegionId, region.Attempt))],
            TilesFinished = job.TilesDone,
        };
    }

    public static ProcessRegion ProcessRegion(ImageJob job, RegionPlacement placement)
    {
        var request = job.Request!;
        return new ProcessRegion
        {
            JobId = request.JobId,
            Grants = request.Grants,
            Region = job.Regions[placement.RegionId].Region,
            WorkerId = placement.WorkerId,
            Attempt = placement.Attempt,
            ImageUrl = request.ImageUrl,
            ImageReadRole = request.ImageReadRole,
            ImageSegment = request.ImageSegment,
            RegionOfInterest = request.RegionOfInterest,
            Endpoint = request.Endpoint,
            Variant = job.Variant,
            Tile = request.Tile,
            TileWorkers = placement.Requests ?? job.TileWorkersPerRegion,
        };
    }

    public static AssembleResult AssembleResult(ImageJob job)
    {
        var request = job.Request!;
        return new AssembleResult
        {
            JobId = request.JobId,
            Grants = request.Grants,
            ExternalId = request.ExternalId,
            JobName = request.JobName ?? request.ExternalId ?? request.JobId.ToString(),
            ImageUrl = request.ImageUrl,
            ImageReadRole = request.ImageReadRole,
            ImageSegment = request.ImageSegment,
            Image = job.Image!,
            Endpoint = request.Endpoint,
            Variant = job.Variant,
            Tile = request.Tile,
            Outputs = request.Outputs,
            OnlyOutputs = job.OutputsLeft,
            TilesFinished = job.TilesDone,
            FeatureProperties = request.FeatureProperties,
            PostProcessing = request.PostProcessing,
            Warnings = job.Warnings,
            FailedRegions =
            [
                .. job.Regions.Where(region => region.Outcome is RegionOutcome.Failed)
                    .Select(region => new FailedRegion(region.Region.Window, region.FailureReason ?? "No reason was given.")),
            ],
        };
    }
}
