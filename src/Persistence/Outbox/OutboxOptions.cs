using MassTransit;

namespace Swath.Persistence.Outbox;

/// <summary>How messages are delivered after their transaction.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// True where a delivered message dies with the process (the in-memory transport): delivered rows are kept until their job is final,
    /// so that <see cref="OutboxRecovery"/> can deliver them again at the next start. Default false.
    /// </summary>
    public bool TransportForgets { get; set; }

    /// <summary>
    /// The transport's name. When it is not the one that was used last on the database, all that unfinished jobs sent and have not handled
    /// is delivered again: the former transport still holds it, or has forgotten it. Null to leave that alone.
    /// </summary>
    public string? Transport { get; set; }

    /// <summary>
    /// Where a message for <c>queue:name</c>, or a published one (<c>urn:message:...</c>), about a job is handed to, where a transport or a release wants another
    /// address for it. What is stored is the address that is routed, not the one that it is routed to. Default: the same.
    /// </summary>
    public Func<Uri, Guid?, Uri> Route { get; set; } = static (address, _) => address;

    /// <summary>What a transport is told with a message about a job, beside its address. Default: nothing.</summary>
    public Action<SendContext, Guid?> Mark { get; set; } = static (_, _) => { };

    /// <summary>True to look for delivered messages that the saga has left no trace of: where the saga runs, because elsewhere its backlog would look the same. Default true.</summary>
    public bool RedeliverUnconsumed { get; set; } = true;

    /// <summary>How old an undelivered message of an event must be until another process takes it for left behind. Default 10 s.</summary>
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often left-behind and due messages are looked for when nothing wakes the delivery. Default 5 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after its delivery a message that the saga has neither made an event nor ignored is taken for faulted and delivered again;
    /// also how often such messages are looked for, and how long a job waits for the answer to a command before it asks again. Above zero; longer than the consumers' retries and their backlog. Default 1 min.
    /// </summary>
    public TimeSpan RedeliverAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Rows that are locked and delivered together. 1 to 10 000, default 100.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>How long delivered rows are kept at least. Default 10 min.</summary>
    public TimeSpan KeepDelivered { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often delivered rows are purged. Default 1 min.</summary>
    public TimeSpan PurgeInterval { get; set; } = TimeSpan.FromMinutes(1);
}
