using MassTransit;

namespace Swath.Persistence.Outages;

/// <summary>One more try of a message.</summary>
internal sealed class MessageRetryContext<T>(MessageRetryPolicy policy, T context, Exception exception, MessageTries tries, CancellationToken cancellationToken)
    : RetryContext<T>
    where T : class, PipeContext
{
    public T Context => context;

    public CancellationToken CancellationToken => cancellationToken;

    public Exception Exception => exception;

    public int RetryCount => tries.All;

    public int RetryAttempt => tries.All;

    public Type ContextType => typeof(T);

    public TimeSpan? Delay => DatabaseAway.IsCauseOf(exception)
        ? DatabaseReturn.SetbackOf(tries.Away - 1)
        : policy.RuleFor(exception) is >= 0 and var rule ? policy.Rules[rule].DelayBefore(tries.ByRule[rule]) : null;

    public Task PreRetry() => policy.Database is { } database && DatabaseAway.IsCauseOf(exception)
        ? database.WaitAsync(exception, cancellationToken)
        : Task.CompletedTask;

    public Task RetryFaulted(Exception exception) => Task.CompletedTask;

    public bool CanRetry(Exception exception, out RetryContext<T> retryContext) => TryNext(exception, out retryContext);

    public bool TryNext(Exception failure, out RetryContext<T> next)
    {
        if (failure is ConcurrencyException)
            MessageRetryPolicy.CountConflict();
        var isAway = DatabaseAway.IsCauseOf(failure);
        var rule = isAway ? -1 : policy.RuleFor(failure);
        var counted = isAway ? tries with { Away = tries.Away + 1 }
            : rule >= 0 ? tries with { ByRule = tries.ByRule.SetItem(rule, tries.ByRule[rule] + 1) }
            : tries;
        next = new MessageRetryContext<T>(policy, context, failure, counted, cancellationToken);
        return !cancellationToken.IsCancellationRequested && (isAway || (rule >= 0 && counted.ByRule[rule] <= policy.Rules[rule].Limit));
    }
}
