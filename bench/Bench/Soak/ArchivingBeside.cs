using Swath.Persistence.Archive;

namespace Swath.Bench.Soak;

/// <summary>Archives jobs as they end, twice as many at a time as have ended since the last time.</summary>
internal sealed class ArchivingBeside(JobArchiver archiver, string folder)
{
    private const int Every = 500;

    private Task _running = Task.CompletedTask;

    /// <summary>How many jobs were moved.</summary>
    public long Jobs { get; private set; }

    /// <summary>Is told how many jobs have ended.</summary>
    public void Ended(int count)
    {
        if (count % Every == 0 && _running.IsCompletedSuccessfully)
            _running = Task.Run(() => MoveAsync(2 * Every));
    }

    /// <summary>Waits for what is under way.</summary>
    /// <exception cref="Exception">What it failed with.</exception>
    public Task EndAsync() => _running;

    private async Task MoveAsync(int limit) => Jobs += (await archiver.RunAsync(TimeSpan.Zero, folder, "bench soak", limit))?.Jobs ?? 0;
}
