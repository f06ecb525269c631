namespace Swath.Scheduler.Capacity;

/// <summary>How many inference requests a job has in flight at most.</summary>
public static class JobLoad
{
    /// <summary>Assumed where the number of regions is not known.</summary>
    public const int AssumedRegions = 20;

    /// <summary>load = regions x tile workers per region: what is assumed until the tiles of each region are known.</summary>
    /// <param name="regions">Number of regions; null when not known.</param>
    /// <param name="tileWorkers">Inference requests that one region has in flight at most, 1 or more.</param>
    public static int Of(int? regions, int tileWorkers) => (regions ?? AssumedRegions) * tileWorkers;
}
