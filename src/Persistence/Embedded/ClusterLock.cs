namespace Swath.Persistence.Embedded;

/// <summary>
/// An advisory lock on a file (flock): the system frees it however its process ends, so a kill -9 leaves nothing to clean up.
/// </summary>
internal sealed class ClusterLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private ClusterLock(FileStream file) => _file = file;

    /// <summary>Takes the lock if nobody is in the way; null otherwise.</summary>
    public static ClusterLock? TryTake(string path, bool shared)
    {
        try
        {
            // On unix .NET maps FileShare.None to LOCK_EX and FileShare.Read to LOCK_SH, both without waiting.
            return new ClusterLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, shared ? FileShare.Read : FileShare.None));
        }
        catch (IOException failure) when (failure is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="EmbeddedPostgresException">It was not free within <paramref name="patience"/>.</exception>
    public static async Task<ClusterLock> TakeAsync(string path, bool shared, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            if (TryTake(path, shared) is { } taken)
                return taken;
            if (clock.GetElapsedTime(begun) > patience)
            {
                throw new EmbeddedPostgresException(
                    $"Another Swath process has been starting or stopping the database for more than {patience.TotalSeconds:0} s (it holds '{path}'). Wait for it or end it.");
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();
}
