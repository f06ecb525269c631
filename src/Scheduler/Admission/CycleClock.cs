namespace Swath.Scheduler.Admission;

/// <summary>Times the steps of one cycle.</summary>
internal sealed class CycleClock(TimeProvider time)
{
    private readonly Dictionary<string, TimeSpan> _steps = new(StringComparer.Ordinal);

    /// <summary>What each step took, all endpoints together.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Steps => _steps;

    public long Now => time.GetTimestamp();

    public TimeSpan Since(long start) => time.GetElapsedTime(start);

    public async Task<T> TimeAsync<T>(string step, Func<Task<T>> run)
    {
        var start = Now;
        try
        {
            return await run().ConfigureAwait(false);
        }
        finally
        {
            Add(step, start);
        }
    }

    public Task TimeAsync(string step, Func<Task> run) => TimeAsync(step, async () =>
    {
        await run().ConfigureAwait(false);
        return true;
    });

    public T Time<T>(string step, Func<T> run)
    {
        var start = Now;
        var result = run();
        Add(step, start);
        return result;
    }

    private void Add(string step, long start) => _steps[step] = _steps.GetValueOrDefault(step) + Since(start);
}
