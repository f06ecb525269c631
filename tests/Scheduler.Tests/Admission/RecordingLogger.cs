using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLogger : ILoggerProvider, ILogger
{
    private readonly SemaphoreSlim _logged = new(0);

    public ConcurrentQueue<(LogLevel Level, string Text, IReadOnlyDictionary<string, object?> Fields)> Entries { get; } = [];

    /// <summary>Waits until something of that level was logged.</summary>
    public async Task<string> FirstAsync(LogLevel level)
    {
        while (Entries.All(entry => entry.Level != level))
            Assert.True(await _logged.WaitAsync(TimeSpan.FromSeconds(30)), $"nothing was logged as {level}");
        return Entries.First(entry => entry.Level == level).Text;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = (state as IEnumerable<KeyValuePair<string, object?>> ?? []).ToDictionary(field => field.Key, field => field.Value);
        Entries.Enqueue((logLevel, formatter(state, exception), fields));
        _logged.Release();
    }

    public void Dispose() => _logged.Dispose();
}
