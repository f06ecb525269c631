using MassTransit;
using Swath.Contracts;

namespace Swath.Host.Composition.Transports;

/// <summary>Names the queues of messages that failed: one for each queue, one together for the parts of the saga's, and one for those of workers, which come and go.</summary>
internal sealed class FaultQueueNames : IErrorQueueNameFormatter, IDeadLetterQueueNameFormatter
{
    /// <summary>What the name of a worker's queue begins with.</summary>
    public const string WorkerPrefix = $"{WorkerQueue.Prefix}-";

    /// <summary>The queue of what is published about commands that failed for good.</summary>
    public const string CommandFaults = "command-fault";

    public static readonly FaultQueueNames Instance = new();

    private const string Error = "_error";
    private const string Skipped = "_skipped";

    /// <summary>All of them, for the queues that every Swath has.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. from queue in (string[])[.. Queues.All.Select(queue => queue.AbsolutePath), CommandFaults, WorkerQueue.Prefix]
           from suffix in (string[])[Error, Skipped]
           select queue + suffix,
    ];

    public string FormatErrorQueueName(string queueName) => Shared(queueName) + Error;

    public string FormatDeadLetterQueueName(string queueName) => Shared(queueName) + Skipped;

    /// <summary>What a queue is called together with those that it shares its faults with.</summary>
    public static string Shared(string queueName) =>
        queueName.StartsWith(WorkerPrefix, StringComparison.Ordinal) ? WorkerQueue.Prefix
        : JobPartitions.Contains(queueName) ? Queues.ImageJob.AbsolutePath
        : queueName;
}
