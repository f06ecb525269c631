using System.Diagnostics.Metrics;
using MassTransit;

namespace Swath.Persistence.Outages;

/// <summary>
/// The one rule by which a message is tried again. While the database is away, for as long as that lasts: the message is held, and so no more
/// are taken than the endpoint prefetches. When another process changed its saga meanwhile, or anything else failed, so often and no oftener.
/// One policy and not several around each other: where retries are nested, an inner one that is exhausted stops the outer ones.
/// </summary>
/// <param name="database">Where messages wait for the database; null to wait by the clock alone.</param>
/// <param name="conflicts">How often a conflict with another process is tried again.</param>
/// <param name="failures">How often any other failure is tried again.</param>
/// <param name="hopeless">Exceptions that would only come again.</param>
internal sealed class MessageRetryPolicy(DatabaseReturn? database, int conflicts, int failures, Type[] hopeless) : IRetryPolicy
{
    private static readonly Meter Meter = new("Swath.Persistence");
    private static readonly Counter<long> ConflictCounter =
        Meter.CreateCounter<long>("saga.conflicts", "{message}", "Messages whose saga another process had changed meanwhile, once per try.");

    public DatabaseReturn? Database => database;

    public int Conflicts => conflicts;

    public int Failures => failures;

    public RetryPolicyContext<T> CreatePolicyContext<T>(T context)
        where T : class, PipeContext => new MessageRetryPolicyContext<T>(this, context);

    public bool IsHandled(Exception exception) =>
        DatabaseAway.IsCauseOf(exception) || IsConflict(exception) || (failures > 0 && !hopeless.Any(type => type.IsInstanceOfType(exception)));

    public static bool IsConflict(Exception exception) => exception is ConcurrencyException;

    public static void CountConflict() => ConflictCounter.Add(1);

    public void Probe(ProbeContext context) => context.CreateScope("messageRetry");
}
