using System.Diagnostics.Metrics;
using MassTransit;

namespace Swath.Persistence.Outages;

/// <summary>
/// The one rule by which a message is tried again. While the database is away, for as long as that lasts: the message is held, and so no more
/// are taken than the endpoint prefetches. After any other failure, as the first rule says that is for it; failures of each kind are counted apart.
/// One policy and not several around each other: where retries are nested, an inner one that is exhausted stops the outer ones.
/// </summary>
/// <param name="database">Where messages wait for the database; null to wait by the clock alone.</param>
/// <param name="rules">In the order in which they are asked; a failure that none is for is not tried again.</param>
internal sealed class MessageRetryPolicy(DatabaseReturn? database, params IReadOnlyList<RetryRule> rules) : IRetryPolicy
{
    private static readonly Meter Meter = new("Swath.Persistence");
    private static readonly Counter<long> ConflictCounter =
        Meter.CreateCounter<long>("saga.conflicts", "{message}", "Messages whose saga another process had changed meanwhile, once per try.");

    public DatabaseReturn? Database => database;

    public IReadOnlyList<RetryRule> Rules => rules;

    public RetryPolicyContext<T> CreatePolicyContext<T>(T context)
        where T : class, PipeContext => new MessageRetryPolicyContext<T>(this, context);

    public bool IsHandled(Exception exception) => DatabaseAway.IsCauseOf(exception) || (RuleFor(exception) is >= 0 and var rule && rules[rule].Limit > 0);

    /// <returns>Its place; -1 when there is none.</returns>
    public int RuleFor(Exception exception)
    {
        for (var i = 0; i < rules.Count; i++)
            if (rules[i].Applies(exception))
                return i;
        return -1;
    }

    public static void CountConflict() => ConflictCounter.Add(1);

    public void Probe(ProbeContext context) => context.CreateScope("messageRetry");
}
