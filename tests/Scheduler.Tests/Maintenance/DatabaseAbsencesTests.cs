using Swath.Persistence.Placement;
using Swath.Scheduler.Maintenance;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Maintenance;

public sealed class DatabaseAbsencesTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Old = TimeSpan.FromDays(1);
    private readonly FakeTimeProvider _time = new();
    private readonly DatabaseAbsences _absences;

    public DatabaseAbsencesTests() => _absences = new DatabaseAbsences(_time);

    [Fact]
    public void Look_SeenAllTheTime_NoGrace()
    {
        for (var look = 0; look < 100; look++)
        {
            Assert.Null(_absences.Look(Silence, Old));
            _time.Advance(Tick);
        }
    }

    [Fact]
    public void Look_AfterAnAbsence_GraceForOneLeaseToThoseThatHeldBefore()
    {
        _absences.Look(Silence, Old);
        _time.Advance(Tick);
        _absences.Missed();
        _time.Advance(Tick);

        Assert.Equal(new LeaseGrace(2 * Tick, WorkerRegistry.DefaultLease), _absences.Look(Silence, Old));
        _time.Advance(WorkerRegistry.DefaultLease - Tick);
        Assert.NotNull(_absences.Look(WorkerRegistry.DefaultLease, Old));
        _time.Advance(Tick);
        Assert.Null(_absences.Look(Silence, Old));
    }

    [Fact]
    public void Look_AwayTwiceInShortSuccession_TheFirstBeginningCounts()
    {
        _absences.Look(Silence, Old);
        _absences.Missed();
        _time.Advance(Tick);
        _absences.Look(Silence, Old);
        _absences.Missed();
        _time.Advance(Tick);
        Assert.Equal(2 * Tick, _absences.Look(Silence, Old)!.Since);
    }

    [Fact]
    public void Look_ProcessStoodStill_Grace()
    {
        _absences.Look(Silence, Old);
        _time.Advance(Silence + Tick);
        Assert.NotNull(_absences.Look(Silence, Old));
    }

    [Fact]
    public void Look_NewProcessOnAServerThatHasJustStarted_GraceSinceTheServersStart()
    {
        var grace = _absences.Look(Silence, Tick)!;
        Assert.Equal(WorkerRegistry.DefaultLease - Tick, grace.Left);
        Assert.True(grace.Since > Old);
    }
}
