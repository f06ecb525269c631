using Swath.Testing;

namespace Swath.Persistence.Tests;

/// <summary>The clock that all other tests trust.</summary>
public sealed class FakeTimeProviderTests
{
    [Fact]
    public async Task Advance_PastADelay_CompletesIt()
    {
        var clock = new FakeTimeProvider();
        var delay = Task.Delay(TimeSpan.FromSeconds(30), clock);

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await delay;
        Assert.Equal(0, clock.WaitingTimers);
    }

    [Fact]
    public void Advance_OverSeveralTimers_FiresEachAtItsOwnMoment()
    {
        var clock = new FakeTimeProvider();
        var start = clock.GetUtcNow();
        var seen = new List<(string Name, double Seconds)>();
        using var every = clock.CreateTimer(_ => seen.Add(("every", (clock.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = clock.CreateTimer(_ => seen.Add(("once", (clock.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([("every", 2), ("once", 3), ("every", 4)], seen);
        Assert.Equal(TimeSpan.FromSeconds(5), clock.GetUtcNow() - start);
    }
}
