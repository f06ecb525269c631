using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Swath.Configuration.Tests;

public enum SampleMode
{
    Eager,
    Lazy,
}

public sealed class SampleOptions
{
    [Setting("REGION_SIZE")]
    [Range(1, int.MaxValue)]
    [Description("Edge of a region | in pixels.")]
    public int RegionSize { get; set; } = 10240;

    [Setting("CAPACITY_TARGET_PERCENTAGE")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Target { get; set; } = 1.0;

    [Setting("SCHEDULER_THROTTLING_ENABLED")]
    public bool Throttling { get; set; } = true;

    [Setting("TIMEOUT")]
    [Range(0.0, 3600.0)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    [Setting("MODE")]
    public SampleMode Mode { get; set; }

    [Setting("LIMIT")]
    [Range(1L, long.MaxValue)]
    public long? Limit { get; set; }

    [Setting("PLACE")]
    public string Place { get; set; } = "";

    public int NotASetting { get; set; } = 3;
}
