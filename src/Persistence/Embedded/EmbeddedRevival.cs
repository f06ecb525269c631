using Microsoft.Extensions.Logging.Abstractions;

namespace Swath.Persistence.Embedded;

/// <summary>
/// Brings the private server back when it dies while this process uses it (killed by hand, or for want of memory): nobody else would. Any number
/// of processes may watch over one cluster; whoever comes first starts it, the others find it running.
/// </summary>
internal sealed class EmbeddedRevival : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ClusterFolder _folder;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watch;
    private bool _failed;

    public EmbeddedRevival(ClusterFolder folder, Action<string> say, TimeProvider clock)
    {
        _folder = folder;
        _clock = clock;
        _say = say;
        _watch = Task.Run(WatchAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watch;
        _ended.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
                await TryReviveAsync();
        }
        catch (OperationCanceledException)
        {
            // The ordinary end.
        }
    }

    private async Task TryReviveAsync()
    {
        try
        {
            if (PostmasterFile.Read(_folder.Data) is { } server && await server.IsServerAliveAsync(_ended.Token))
                return;
            using var turn = await ClusterLock.TakeAsync(_folder.TurnLock, shared: false, EmbeddedPostgres.TurnPatience, _clock, _ended.Token);
            var (_, started, attached) = await new ClusterStarter(_folder, _clock, NullLogger.Instance).StartOrAttachAsync(EmbeddedPostgres.StartPatience, _ended.Token);
            if (!attached)
                _say($"PostgreSQL in {_folder.Root} had ended and was started again (process {started.ProcessId}).");
            _failed = false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Once for each absence.
            if (!_failed)
                _say($"PostgreSQL in {_folder.Root} has ended and does not start again; it is tried again and again. {failure.Message}");
            _failed = true;
        }
    }
}
