using System.Collections.Concurrent;
using MassTransit;
using Swath.Contracts;

namespace Swath.Bench.Load;

/// <summary>Keeps so many jobs under way: the next one is submitted when the saga has taken the end of one.</summary>
internal sealed class JobLoop : IConsumeMessageObserver<JobCompleted>, IDisposable
{
    // Nothing in these benchmarks takes so long, unless it has stalled.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _awaited = new();
    private readonly LoadedProduct _product;
    private readonly ConnectHandle _observing;
    private int _begun = -1;
    private int _ended;

    public JobLoop(LoadedProduct product)
    {
        _product = product;
        _observing = product.Bus.ConnectConsumeMessageObserver(this);
    }

    /// <summary>Runs jobs from the request to the end.</summary>
    /// <param name="jobs">How many.</param>
    /// <param name="atOnce">How many are under way together.</param>
    /// <param name="request">Makes the request of a job from its number, from 0.</param>
    /// <param name="ended">Is told how many have ended, after each.</param>
    /// <exception cref="TimeoutException">A job did not end: something has stalled.</exception>
    public async Task RunAsync(int jobs, int atOnce, Func<int, ImageRequested> request, Func<int, Task>? ended = null)
    {
        (_begun, _ended) = (-1, 0);
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref _begun) is var number && number < jobs)
            {
                var job = request(number);
                var end = _awaited[job.JobId] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await _product.SubmitAsync(job);
                await end.Task.WaitAsync(Patience, TimeProvider.System);
                var count = Interlocked.Increment(ref _ended);
                if (ended is not null)
                    await ended(count);
            }
        })));
    }

    public void Dispose() => _observing.Disconnect();

    Task IConsumeMessageObserver<JobCompleted>.PreConsume(ConsumeContext<JobCompleted> context) => Task.CompletedTask;

    Task IConsumeMessageObserver<JobCompleted>.PostConsume(ConsumeContext<JobCompleted> context)
    {
        if (_awaited.TryRemove(context.Message.JobId, out var end))
            end.TrySetResult();
        return Task.CompletedTask;
    }

    Task IConsumeMessageObserver<JobCompleted>.ConsumeFault(ConsumeContext<JobCompleted> context, Exception exception) => Task.CompletedTask;
}
