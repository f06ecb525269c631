namespace Swath.Testing;

/// <summary>A clock that stands still until a test moves it. Timers (and so <c>Task.Delay</c>) fire inside <see cref="Advance"/>, in order of their due times.</summary>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now;

    /// <summary>Starts at <paramref name="start"/>, by default 2026-01-01 00:00 UTC.</summary>
    public FakeTimeProvider(DateTimeOffset? start = null)
        => _now = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Called with each new time, before the timers that fall due then: another clock follows this one.</summary>
    public event Action<DateTimeOffset>? Moved;

    /// <summary>Timers that are waiting: a test can tell that the code under test has reached its delay.</summary>
    public int WaitingTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires every timer that falls due on the way, each at its own moment.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        SetUtcNow(GetUtcNow() + by);
    }

    /// <summary>Moves the clock to a later moment; see <see cref="Advance"/>.</summary>
    public void SetUtcNow(DateTimeOffset moment)
    {
        while (true)
        {
            FakeTimer? due;
            DateTimeOffset now;
            lock (_gate)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(moment, _now);
                due = _timers.Where(timer => timer.DueAt <= moment).MinBy(timer => timer.DueAt);
                _now = now = due is null ? moment : due.DueAt > _now ? due.DueAt : _now;
                due?.Reschedule();
            }

            // Outside of the lock: the callbacks may read the clock or make timers.
            Moved?.Invoke(now);
            if (due is null)
                return;
            due.Fire();
        }
    }

    private sealed class FakeTimer(FakeTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset DueAt { get; private set; }

        public void Fire() => callback(state);

        // Called with the gate held.
        public void Reschedule()
        {
            if (_period > TimeSpan.Zero)
                DueAt += _period;
            else
                clock._timers.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool now;
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                now = dueTime == TimeSpan.Zero;
                if (dueTime >= TimeSpan.Zero && (!now || period > TimeSpan.Zero))
                {
                    DueAt = clock._now + (now ? period : dueTime);
                    clock._timers.Add(this);
                }
            }

            // Like the real one: not on the thread that made the timer.
            if (now)
                ThreadPool.QueueUserWorkItem(_ => Fire());
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
