using Swath.Persistence.Placement;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>Workers for tests that need no database.</summary>
internal static class Fleet
{
    public static WorkerState Of(int slots, string id = "worker", params string[] tags) => new()
    {
        WorkerId = id,
        Slots = slots,
        Busy = 0,
        Tags = tags,
        Capabilities = [],
        Version = 0,
        Kinds = new Dictionary<string, int>(),
        Guarded = [],
    };
}
