namespace Swath.Contracts;

/// <summary>The queue that belongs to one worker alone.</summary>
public static class WorkerQueue
{
    /// <summary>The queue's name: <c>worker-{id}</c>.</summary>
    public static string NameOf(string workerId) => $"worker-{workerId}";

    /// <summary>The address that its regions are sent to.</summary>
    public static Uri AddressOf(string workerId) => new($"queue:{NameOf(workerId)}");
}
