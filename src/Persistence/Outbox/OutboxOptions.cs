using MassTransit;

namespace Swath.Persistence.Outbox;

/// <summary>How messages are delivered after their transaction.</summary>
public sealed class OutboxOptions
{
    /// <summary>
    /// True where a sent message dies with the process (the in-memory transport), and no other process uses the database's jobs: a message counts as delivered
    /// when it was consumed, what the last process had in hand is delivered at the start, and every unanswered command asked again. Default false.
    /// </summary>
    public bool TransportForgets { get; set; }

    /// <summary>
    /// The transport's name. When it is not the one that was used last on the database, every unanswered command is asked again: the former transport
    /// still holds it, or has forgotten it. Null to leave that alone.
    /// </summary>
    public string? Transport { get; set; }

    /// <summary>
    /// Where a message for <c>queue:name</c>, or a published one (<c>urn:message:...</c>), about a job is handed to, where a transport or a release wants another
    /// address for it. What is stored is the address that is routed, not the one that it is routed to. Default: the same.
    /// </summary>
    public Func<Uri, Guid?, Uri> Route { get; set; } = static (address, _) => address;

    /// <summary>What a transport is told with a message about a job, beside its address. Default: nothing.</summary>
    public Action<SendContext, Guid?> Mark { get; set; } = static (_, _) => { };

    /// <summary>True to ask again what was not answered: where the saga runs, because elsewhere its backlog would look the same. Default true.</summary>
    public bool AsksAgain { get; set; } = true;

    /// <summary>
    /// How long a job waits for the answer to a command before it asks again, then twice as long, and so on; also how often such jobs are looked for.
    /// Above zero; longer than the consumers' retries and their backlog. Default 1 min.
    /// </summary>
    public TimeSpan AskAgainAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked for what is due, or was left by others, when nothing wakes the delivery. Default 10 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages that are taken in hand together. 1 to 10 000, default 100.</summary>
    public int BatchSize { get; set; } = 100;
}
