using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;
using Swath.Contracts;

namespace Swath.Worker;

/// <summary>How one worker process works. Id, slots, tags and capabilities are read at start; the rest for each new region.</summary>
public sealed class WorkerOptions
{
    [Setting("WORKER_ID")]
    [Description("The worker's name and its queue's: letters, digits, '-', '_', '.'. It stays over restarts, and no two processes may share one: the later takes the other's regions away. Default: the machine's name, and where several processes may meet at a broker the process's number behind it.")]
    public string? Id { get; set; }

    [Setting("WORKER_SLOTS")]
    [Range(1, 1000)]
    [Description("Regions at once.")]
    public int Slots { get; set; } = 2;

    [Setting("WORKER_TAGS")]
    [Description("Labels that a job's affinity refers to, separated by commas: hardware=gpu,region=us-west-2.")]
    public string Tags { get; set; } = "";

    [Setting("WORKER_CAPABILITIES")]
    [Description("What the worker can do, separated by commas.")]
    public string Capabilities { get; set; } = "gdal";

    [Setting("WORKER_READERS_PER_REGION")]
    [Range(1, 64)]
    [Description("Readers that cut and encode the tiles of one region, each with its own image handle. Default: one per core, at most 4.")]
    public int? ReadersPerRegion { get; set; }

    [Setting("WORKER_READ_AHEAD")]
    [Range(1, 1000)]
    [Description("Encoded tiles of one region that wait for a free request at most, beside the one in each reader's hand; each costs its payload's memory.")]
    public int ReadAhead { get; set; } = 4;

    [Setting("WORKER_MAX_UNREADABLE_TILES")]
    [Range(1, 1_000_000)]
    [Description("Tiles of a region that may be unreadable one after another; those behind them are not tried. A region of which none was read fails then, and further regions of its job do after three tiles.")]
    public int MaxUnreadableTiles { get; set; } = 100;

    [Setting("WORKER_HEARTBEAT_SECONDS")]
    [Range(0.05, 300.0)]
    [Description("Time between two heartbeats. A cancelled or paused region stops at once; only when the database's notifications broke off, with the next heartbeat.")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    [Setting("WORKER_LEASE_SECONDS")]
    [Range(0.1, 3600.0)]
    [Description("How long a heartbeat lasts: a worker that is silent for longer loses its regions. At least twice the heartbeat, else twice the heartbeat is used.")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    [Setting("WORKER_DRAIN_SECONDS")]
    [Range(0.0, 3600.0)]
    [Description("How long tiles in flight may take when the worker is stopped, before they are given up.")]
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(20);

    [Setting("WORKER_ASSEMBLIES")]
    [Range(1, 1000)]
    [Description("Results that are assembled at once; each holds the boxes of its features where tiles overlap, not the features.")]
    public int Assemblies { get; set; } = 2;

    [Setting("ASSEMBLY_MAX_LOSSES")]
    [Range(1, 1000)]
    [Description("A job fails when a worker was lost this often while it assembled the job's result: the result may be what kills the workers.")]
    public int AssemblyMaxLosses { get; set; } = 5;

    /// <summary>The id that is used: the option when it can be one, else the machine's name.</summary>
    internal string EffectiveId => WorkerQueue.IsValidId(Id) ? Id! : MachineId();

    internal int EffectiveReaders => ReadersPerRegion ?? Math.Clamp(Environment.ProcessorCount, 1, 4);

    internal TimeSpan EffectiveLease => Lease > 2 * Heartbeat ? Lease : 2 * Heartbeat;

    internal IReadOnlyList<string> TagList => Split(Tags);

    internal IReadOnlyList<string> CapabilityList => Split(Capabilities);

    private static IReadOnlyList<string> Split(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];

    private static string MachineId()
    {
        var name = new string([.. Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.').Take(100)]);
        return name.Length == 0 ? "local" : name;
    }
}
