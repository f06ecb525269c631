using MassTransit;

namespace Swath.Persistence.Outages;

/// <summary>The retries of one message.</summary>
internal sealed class MessageRetryPolicyContext<T> : RetryPolicyContext<T>
    where T : class, PipeContext
{
    private readonly MessageRetryPolicy _policy;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenRegistration _registration;

    public MessageRetryPolicyContext(MessageRetryPolicy policy, T context)
    {
        _policy = policy;
        Context = context;
        _registration = context.CancellationToken.Register(Cancel);
    }

    public T Context { get; }

    public bool CanRetry(Exception exception, out RetryContext<T> retryContext)
    {
        var first = new MessageRetryContext<T>(_policy, Context, exception, new MessageTries(0, [.. _policy.Rules.Select(_ => 0)]), _ended.Token);
        return first.TryNext(exception, out retryContext);
    }

    public Task RetryFaulted(Exception exception) => Task.CompletedTask;

    public void Cancel() => _ended.Cancel();

    public void Dispose()
    {
        _registration.Dispose();
        _ended.Dispose();
    }
}
