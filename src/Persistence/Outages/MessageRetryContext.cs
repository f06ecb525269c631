using MassTransit;

namespace Swath.Persistence.Outages;

/// <summary>One more try of a message.</summary>
internal sealed class MessageRetryContext<T>(MessageRetryPolicy policy, T context, Exception exception, MessageTries tries, CancellationToken cancellationToken)
    : RetryContext<T>
    where T : class, PipeContext
{
    private static readonly TimeSpan ShortestConflict = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestConflict = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestFailure = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestFailure = TimeSpan.FromSeconds(5);

    public T Context => context;

    public CancellationToken CancellationToken => cancellationToken;

    public Exception Exception => exception;

    public int RetryCount => tries.All;

    public int RetryAttempt => tries.All;

    public Type ContextType => typeof(T);

    public TimeSpan? Delay => DatabaseAway.IsCauseOf(exception) ? DatabaseReturn.SetbackOf(tries.Away - 1)
        : MessageRetryPolicy.IsConflict(exception) ? Growing(ShortestConflict, LongestConflict, tries.Conflicts)
        : Growing(ShortestFailure, LongestFailure, tries.Failures);

    public Task PreRetry() => policy.Database is { } database && DatabaseAway.IsCauseOf(exception)
        ? database.WaitAsync(exception, cancellationToken)
        : Task.CompletedTask;

    public Task RetryFaulted(Exception exception) => Task.CompletedTask;

    public bool CanRetry(Exception exception, out RetryContext<T> retryContext) => TryNext(exception, out retryContext);

    public bool TryNext(Exception failure, out RetryContext<T> next)
    {
        if (MessageRetryPolicy.IsConflict(failure))
            MessageRetryPolicy.CountConflict();
        var counted = DatabaseAway.IsCauseOf(failure) ? tries with { Away = tries.Away + 1 }
            : MessageRetryPolicy.IsConflict(failure) ? tries with { Conflicts = tries.Conflicts + 1 }
            : tries with { Failures = tries.Failures + 1 };
        next = new MessageRetryContext<T>(policy, context, failure, counted, cancellationToken);
        return !cancellationToken.IsCancellationRequested && policy.IsHandled(failure)
            && counted.Conflicts <= policy.Conflicts && counted.Failures <= policy.Failures;
    }

    private static TimeSpan Growing(TimeSpan shortest, TimeSpan longest, int tries)
    {
        var most = Math.Min(longest.TotalMilliseconds, shortest.TotalMilliseconds * Math.Pow(2, Math.Clamp(tries - 1, 0, 20)));
        return TimeSpan.FromMilliseconds(most * (0.75 + (0.25 * Random.Shared.NextDouble())));
    }
}
