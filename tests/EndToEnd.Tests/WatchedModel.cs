using Microsoft.AspNetCore.Http;
using Swath.Testing;

namespace Swath.EndToEnd.Tests;

/// <summary>A model in the test's own process that takes a while and knows how many requests it has at this moment.</summary>
internal sealed class WatchedModel : LoopbackServer
{
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private TaskCompletionSource _idle = new();
    private int _inFlight;
    private int _requests;

    public new string Url => base.Url + "/invocations/";

    /// <summary>How many requests it has got in all.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Ends when no request is under way: while a job runs, each answer is followed by the next request before the others have ended.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
        {
            if (_inFlight > 0 && _idle.Task.IsCompleted)
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _inFlight == 0 ? Task.CompletedTask : _idle.Task;
        }
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        lock (_lock)
            _inFlight++;
        try
        {
            await BodyAsync(context);
            await Task.Delay(Thought, TimeProvider.System, context.RequestAborted);
            await context.Response.WriteAsync("""{"type":"FeatureCollection","features":[]}""", context.RequestAborted);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The worker gave up.
        }
        finally
        {
            lock (_lock)
            {
                if (--_inFlight == 0)
                    _idle.TrySetResult();
            }
        }
    }
}
