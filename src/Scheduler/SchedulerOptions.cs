using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Scheduler;

/// <summary>How jobs are admitted, ordered and placed. Every decision reads the values anew.</summary>
public sealed class SchedulerOptions
{
    [Setting("SCHEDULER_THROTTLING_ENABLED")]
    [Description("False admits jobs without looking at capacity. Reservations are still recorded, so that it can be switched on again at any time.")]
    public bool ThrottlingEnabled { get; set; } = true;

    [Setting("CAPACITY_TARGET_PERCENTAGE"), Range(0.0001, 100)]
    [Description("The share of an endpoint's capacity that Swath uses: 0.8 leaves a fifth to others, 1.2 keeps the endpoint's own queue filled.")]
    public double CapacityTargetPercentage { get; set; } = 1.0;

    [Setting("TILE_WORKERS_PER_INSTANCE"), Range(1, 10_000)]
    [Description("Inference requests that one region has in flight at most, and never more than its tiles: a job's load is the sum over its regions.")]
    public int TileWorkersPerInstance { get; set; } = 4;

    [Setting("SCHEDULER_ENABLE_PRIORITY")]
    [Description("False ignores priority, tier, age and fair share: first come, first served.")]
    public bool EnablePriority { get; set; } = true;

    [Setting("SCHEDULER_ENABLE_AGING")]
    [Description("False keeps the effective priority of a waiting job constant. A low priority can then wait for ever behind higher ones.")]
    public bool EnableAging { get; set; } = true;

    [Setting("SCHEDULER_AGING_POINTS_PER_MINUTE"), Range(0.0, 10_000)]
    [Description("What a minute of waiting adds to the effective priority of a job.")]
    public double AgingPointsPerMinute { get; set; } = 5;

    [Setting("SCHEDULER_PASSING_MINUTES"), Range(0.0, 100_000)]
    [Description("A job that does not fit lets smaller ones pass until its effective priority is ahead of theirs by this many minutes of ageing. From then on capacity is saved up for it.")]
    public double PassingMinutes { get; set; } = 5;

    [Setting("SCHEDULER_BATCH_SIZE"), Range(1, 10_000)]
    [Description("Jobs that one transaction admits at most.")]
    public int BatchSize { get; set; } = 512;

    [Setting("SCHEDULER_TICK_SECONDS"), Range(0.05, 3600.0)]
    [Description("How often admission looks by itself, beside being woken by what happens.")]
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(5);

    [Setting("SCHEDULER_ACCEPT_SECONDS"), Range(1.0, 3600.0)]
    [Description("How long a worker with a free slot may leave a region unbegun before it goes to another; doubled with each time that it was not begun, up to 32 times.")]
    public TimeSpan AcceptWithin { get; set; } = TimeSpan.FromSeconds(30);

    [Setting("REGION_MAX_LOSSES"), Range(1, 1000)]
    [Description("A region whose worker was lost this often while processing it fails: it may be what kills the workers.")]
    public int RegionMaxLosses { get; set; } = 5;

    [Setting("SCHEDULER_CAPACITY_REFRESH_SECONDS"), Range(1.0, 86400.0)]
    [Description("How often the capacity of endpoints with waiting or running jobs is asked for again. The answers themselves are cached for 300 s.")]
    public TimeSpan CapacityRefresh { get; set; } = TimeSpan.FromSeconds(60);

    [Setting("SCHEDULER_RECONCILE_SECONDS"), Range(1.0, 86400.0)]
    [Description("How often the ledger is compared with the jobs.")]
    public TimeSpan Reconcile { get; set; } = TimeSpan.FromSeconds(60);
}
