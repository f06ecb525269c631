namespace Swath.Contracts;

/// <summary>
/// Where messages are sent. Swath publishes none of its own: what is published on a broker may come from anybody who may write there, and is taken as
/// a request, or not at all.
/// </summary>
public static class Queues
{
    /// <summary>Requests from outside: what is published as <see cref="ImageRequested"/> ends here, and nothing else does.</summary>
    public static Uri ImageRequests { get; } = new("queue:image-requests");

    /// <summary>
    /// The saga's own queue: everything that moves an image job. Bound to no message: only who may write to the queue itself reaches it. A broker may hold it in
    /// parts, a job's messages in one of them: <c>image-job-0</c> to <c>image-job-15</c> on RabbitMQ, the groups of <c>image-job.fifo</c> on Amazon SQS.
    /// </summary>
    public static Uri ImageJob { get; } = new("queue:image-job");

    public static Uri CalculateRegions { get; } = new("queue:calculate-regions");

    public static Uri SelectVariant { get; } = new("queue:select-variant");

    public static Uri ReleaseCapacity { get; } = new("queue:release-capacity");

    public static Uri AssembleResult { get; } = new("queue:assemble-result");

    /// <summary>All queues that have one name in every Swath; each worker has one of its own beside them.</summary>
    public static IReadOnlyList<Uri> All { get; } = [ImageRequests, ImageJob, CalculateRegions, SelectVariant, ReleaseCapacity, AssembleResult];
}
