using System.Numerics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Persistence.Outages;

/// <summary>
/// Where work waits while the database is away: one question at a time for the whole process, however much waits for its answer, and one line
/// in the log when the database is missed and one when it is back.
/// </summary>
public sealed class DatabaseReturn(NpgsqlDataSource database, TimeProvider time, ILogger<DatabaseReturn> log)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(5);

    // What met the database's absence, though it answers now: a full disk, a lock that is held for too long.
    private static readonly TimeSpan ShortestSetback = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestSetback = TimeSpan.FromSeconds(5);

    private const int MutedSetbacks = 8;

    private readonly Lock _gate = new();
    private Task? _asking;

    /// <summary>Does something again and again until the database was there for it. Whatever else fails is thrown at once.</summary>
    /// <param name="work">What to do; it must bear being done again after an unknown outcome.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var setbacks = 0; ; setbacks++)
        {
            try
            {
                return await work(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception away) when (DatabaseAway.IsCauseOf(away) && !cancellationToken.IsCancellationRequested)
            {
                if (setbacks >= MutedSetbacks && BitOperations.IsPow2(setbacks))
                    log.LogWarning("The database answers, but has refused the same thing {Times} times; it is tried until it can be done. {Reason}", setbacks, away.Message);
                await Task.Delay(SetbackOf(setbacks), time, cancellationToken).ConfigureAwait(false);
                await WaitAsync(away, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc cref="PatientlyAsync{T}"/>
    public Task PatientlyAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        PatientlyAsync(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Waits until the database answers and can be written to.</summary>
    /// <param name="cause">Why it is taken to be away, for the log.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task WaitAsync(Exception cause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cause);
        lock (_gate)
        {
            if (_asking is null || _asking.IsCompleted)
                _asking = Task.Run(() => AskUntilItAnswersAsync(cause), CancellationToken.None);
            return _asking.WaitAsync(cancellationToken);
        }
    }

    /// <summary>How long to wait before the same is tried again, whatever the database answers: the longer the more often it met its absence.</summary>
    internal static TimeSpan SetbackOf(int setbacks)
    {
        var longest = Math.Min(LongestSetback.TotalMilliseconds, ShortestSetback.TotalMilliseconds * Math.Pow(2, Math.Min(setbacks, 20)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }

    private async Task AskUntilItAnswersAsync(Exception cause)
    {
        var since = time.GetTimestamp();
        var missed = false;
        for (var pause = ShortestPause; await FailureAsync().ConfigureAwait(false) is { } failure; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (failure is ObjectDisposedException)
                return;
            if (!missed)
                log.LogWarning("The database is away: what needs it waits until it is back. {Reason}", cause.Message);
            missed = true;
            await Task.Delay(pause, time, CancellationToken.None).ConfigureAwait(false);
        }

        if (missed)
            log.LogWarning("The database is back after {Time:0.0} s: what waited for it goes on", time.GetElapsedTime(since).TotalSeconds);
    }

    /// <returns>Why it does not answer; null when it does.</returns>
    private async Task<Exception?> FailureAsync()
    {
        using var patience = new CancellationTokenSource(LongestQuestion, time);
        try
        {
            await using var command = database.CreateCommand("select pg_is_in_recovery()");
            return await command.ExecuteScalarAsync(patience.Token).ConfigureAwait(false) is true
                ? new InvalidOperationException("The server that answers is a standby.")
                : null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
