using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Swath.Worker;

/// <summary>How one worker process works. Id, slots, tags and capabilities are read at start; the rest for each new region.</summary>
public sealed class WorkerOptions
{
    /// <summary>
    /// The worker's name, which is also its queue's: 1..100 letters, digits, '-', '_', '.'. It stays the same over restarts, and no two
    /// processes may share one: the one that came later takes the other's regions away. Default: the machine's name.
    /// </summary>
    [ConfigurationKeyName("WORKER_ID"), RegularExpression("[A-Za-z0-9._-]{1,100}")]
    public string Id { get; set; } = DefaultId();

    /// <summary>Regions at once. Default 2.</summary>
    [ConfigurationKeyName("WORKER_SLOTS"), Range(1, 1000)]
    public int Slots { get; set; } = 2;

    /// <summary>Labels that a job's affinity refers to, separated by commas: <c>hardware=gpu,region=us-west-2</c>. Default: none.</summary>
    [ConfigurationKeyName("WORKER_TAGS")]
    public string Tags { get; set; } = "";

    /// <summary>What the worker can do, separated by commas. Default: gdal.</summary>
    [ConfigurationKeyName("WORKER_CAPABILITIES")]
    public string Capabilities { get; set; } = "gdal";

    /// <summary>Threads that read and encode the tiles of one region, each with its own image handle. Default: one per core, at most 4.</summary>
    [ConfigurationKeyName("WORKER_READERS_PER_REGION"), Range(1, 64)]
    public int ReadersPerRegion { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>Encoded tiles of one region that wait for a free request at most, beside the one in each reader's hand. Default 4.</summary>
    [ConfigurationKeyName("WORKER_READ_AHEAD"), Range(1, 1000)]
    public int ReadAhead { get; set; } = 4;

    /// <summary>Seconds between two heartbeats; also how long a cancelled region may go on. Default 10.</summary>
    [ConfigurationKeyName("WORKER_HEARTBEAT_SECONDS"), Range(0.05, 300)]
    public double HeartbeatSeconds { get; set; } = 10;

    /// <summary>Seconds that a heartbeat lasts: a worker that is silent for longer loses its regions. At least twice the heartbeat. Default 30.</summary>
    [ConfigurationKeyName("WORKER_LEASE_SECONDS"), Range(0.1, 3600)]
    public double LeaseSeconds { get; set; } = 30;

    /// <summary>Seconds that tiles in flight may take when the worker is stopped, before they are given up. Default 20.</summary>
    [ConfigurationKeyName("WORKER_DRAIN_SECONDS"), Range(0, 3600)]
    public double DrainSeconds { get; set; } = 20;

    internal IReadOnlyList<string> TagList => Split(Tags);

    internal IReadOnlyList<string> CapabilityList => Split(Capabilities);

    internal TimeSpan Heartbeat => TimeSpan.FromSeconds(HeartbeatSeconds);

    internal TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    internal TimeSpan Drain => TimeSpan.FromSeconds(DrainSeconds);

    private static IReadOnlyList<string> Split(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];

    private static string DefaultId()
    {
        var name = new string([.. Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.').Take(80)]);
        return name.Length == 0 ? "local" : name;
    }
}
