using Polly;
using Polly.Retry;

namespace Swath.Endpoints.Http;

/// <summary>When a tile is sent again, and after how long.</summary>
internal static class InvocationRetries
{
    public static ResiliencePipeline Build(EndpointsOptions options, RetryBudget budget, TimeProvider time)
    {
        if (options.MaxAttempts <= 1)
            return ResiliencePipeline.Empty;
        var maxDelay = TimeSpan.FromSeconds(options.MaxRetryDelaySeconds);
        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromSeconds(options.RetryDelaySeconds),
                MaxDelay = maxDelay,
                // The last attempt asks for no retry: it must not spend the budget.
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is InvocationException { Retryable: true }
                    && arguments.AttemptNumber < options.MaxAttempts - 1
                    && budget.TryWithdraw(options)),
                DelayGenerator = arguments => ValueTask.FromResult(AskedFor(arguments.Outcome.Exception, maxDelay)),
            })
            .Build();
    }

    // Null lets the exponential delay stand. A server that asks for an hour would hold the job's capacity that long: bounded.
    private static TimeSpan? AskedFor(Exception? failure, TimeSpan maxDelay) =>
        failure is InvocationException { RetryAfter: { } asked } ? (asked < maxDelay ? asked : maxDelay) : null;
}
