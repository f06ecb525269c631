using FsCheck;
using FsCheck.Fluent;
using Swath.Persistence.Capacity;
using Swath.Persistence.Tenants;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>SCHEDULER_THROTTLING_ENABLED, for any endpoint and any queue.</summary>
public sealed class ThrottlingProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nominate_ThrottlingOn_KeepsToTheTargetOrRunsOneJobAlone() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Cases().ToArbitrary(), @case =>
        {
            var jobs = Nominate(@case, throttling: true).Candidates;
            var load = jobs.Sum(job => job.LoadPerRegion);
            return jobs.All(job => !job.Unchecked)
                && (load <= Math.Max(0, @case.Target - @case.Reserved) || (@case.Reserved == 0 && jobs is [{ Alone: true }]));
        }));

    [Fact]
    public void Nominate_ThrottlingOff_AdmitsAllAndMarksThemUnchecked() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Cases().ToArbitrary(), @case =>
        {
            var jobs = Nominate(@case, throttling: false).Candidates;
            return jobs.Count == @case.Loads.Length && jobs.All(job => job is { Unchecked: true, Alone: false });
        }));

    private static Gen<(int Target, int Reserved, int[] Loads)> Cases() =>
        from target in Gen.Choose(1, 200)
        from reserved in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(1, 250)))
        from loads in Gen.Choose(1, 100).ListOf().Where(loads => loads.Count is >= 1 and <= 50)
        select (target, reserved, loads.ToArray());

    private static Nomination Nominate((int Target, int Reserved, int[] Loads) @case, bool throttling)
    {
        var ledger = new LedgerEntry
        {
            Key = new EndpointVariant("endpoint"),
            MaxCapacity = @case.Target,
            Target = @case.Target,
            Reserved = @case.Reserved,
            Holders = @case.Reserved == 0 ? 0 : 1,
            Version = 0,
        };
        WaitingJob[] jobs = [.. @case.Loads.Select((load, index) => new WaitingJob
        {
            JobId = Guid.NewGuid(), Tenant = "tenant", Priority = 10, QueuedAt = Now.AddSeconds(index), Regions = 1, LoadPerRegion = load, Kind = "kind",
        })];
        var tenants = new Dictionary<string, TenantStanding> { ["tenant"] = new() { Tenant = "tenant", Tier = TenantTier.Standard, Running = 0 } };
        return new Nominator(
            ledger, new QueueHeads(jobs, tenants, int.MaxValue), new PlacementBoard([Fleet.Of(slots: 1_000)]),
            new SchedulerOptions { ThrottlingEnabled = throttling }, Now).Run();
    }
}
