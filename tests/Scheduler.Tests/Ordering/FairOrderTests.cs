using Swath.Persistence.Tenants;
using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Tests.Ordering;

public sealed class FairOrderTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(10, "free", 0, 10)]
    [InlineData(10, "standard", 0, 100)]
    [InlineData(10, "premium", 0, 500)]
    [InlineData(10, "enterprise", 0, 1_000)]
    [InlineData(10, "standard", 30, 250)]
    [InlineData(0, "enterprise", 12, 60)]
    public void EffectivePriority_BaseTimesTierPlusAge_IsAsDocumented(int priority, string tier, int minutes, double expected) =>
        Assert.Equal(expected, EffectivePriority.At(priority, TenantTier.Named(tier), Start, Start.AddMinutes(minutes), new SchedulerOptions()));

    [Fact]
    public void Next_DifferentTiers_HigherEffectivePriorityFirst()
    {
        var jobs = new[] { Job("free"), Job("enterprise"), Job("standard"), Job("premium") };

        Assert.Equal(["enterprise", "premium", "standard", "free"], Walk(jobs, Start).Select(job => job.Tenant));
    }

    [Fact]
    public void Next_FreeJobThatWaitedLongEnough_PassesAFreshEnterpriseJob()
    {
        // 10 + 5 x 199 minutes = 1 005 against 1 000.
        var jobs = new[] { Job("free"), Job("enterprise", minute: 199) };

        Assert.Equal(["free", "enterprise"], Walk(jobs, Start.AddMinutes(199)).Select(job => job.Tenant));
        Assert.Equal(["enterprise", "free"], Walk(jobs, Start.AddMinutes(199), new SchedulerOptions { EnableAging = false }).Select(job => job.Tenant));
    }

    [Fact]
    public void Next_TenantFloodsBeforeAnotherComes_TheOtherWaitsForOneJobAtMost()
    {
        var flood = Enumerable.Range(0, 1_000).Select(_ => Job("flood"));
        var jobs = flood.Append(Job("late", minute: 60)).ToArray();

        Assert.InRange(Walk(jobs, Start.AddMinutes(60)).ToList().FindIndex(job => job.Tenant == "late"), 0, 1);
    }

    [Fact]
    public void Next_TenantServedBefore_ComesAfterTheOneThatWasNot()
    {
        var jobs = new[] { Job("served"), Job("unserved", minute: 1) };

        var walk = Walk(jobs, Start.AddMinutes(2), served: new() { ["served"] = 40 }, virtualTime: 20);

        Assert.Equal(["unserved", "served"], walk.Select(job => job.Tenant));
    }

    [Fact]
    public void Next_TenantOfLargeJobs_GetsItsShareOfLoadNotOfJobs()
    {
        var jobs = Enumerable.Range(0, 100).Select(_ => Job("large") with { Regions = 9 })
            .Concat(Enumerable.Range(0, 100).Select(_ => Job("small")));

        var first = Walk([.. jobs], Start).Take(50).ToArray();

        Assert.InRange(first.Count(job => job.Tenant == "small"), 43, 47);
    }

    [Fact]
    public void Next_PriorityOff_IsFirstComeFirstServed()
    {
        var jobs = new[] { Job("enterprise", minute: 3), Job("free", minute: 1), Job("standard", minute: 2) };

        Assert.Equal(
            ["free", "standard", "enterprise"],
            Walk(jobs, Start.AddMinutes(5), new SchedulerOptions { EnablePriority = false }).Select(job => job.Tenant));
    }

    [Fact]
    public void Next_InsideATenant_OldestOfEqualPriorityFirst()
    {
        var jobs = new[] { Job("a", minute: 2), Job("a", minute: 1), Job("a", minute: 3, priority: 12) };

        Assert.Equal([3, 1, 2], Walk(jobs, Start.AddMinutes(3)).Select(job => (job.QueuedAt - Start).TotalMinutes));
    }

    [Fact]
    public void Drop_Tenant_LeavesTheOthers()
    {
        var order = Order([Job("a"), Job("a"), Job("b")], Start, new SchedulerOptions(), [], 0);
        order.Drop("a");

        Assert.Equal("b", order.Next()?.Tenant);
        Assert.Null(order.Next());
    }

    private static List<WaitingJob> Walk(
        WaitingJob[] jobs, DateTimeOffset now, SchedulerOptions? options = null, Dictionary<string, double>? served = null, double virtualTime = 0)
    {
        var order = Order(jobs, now, options ?? new SchedulerOptions(), served ?? [], virtualTime);
        var walk = new List<WaitingJob>();
        while (order.Next() is { } job)
        {
            order.Admit(job);
            walk.Add(job);
        }

        return walk;
    }

    private static FairOrder Order(
        WaitingJob[] jobs, DateTimeOffset now, SchedulerOptions options, Dictionary<string, double> served, double virtualTime) =>
        new(jobs, jobs.Select(job => job.Tenant).Distinct().ToDictionary(tenant => tenant, tenant => new TenantStanding
        {
            Tenant = tenant,
            Tier = TenantTier.Named(tenant),
            Running = 0,
            Served = served.GetValueOrDefault(tenant),
        }), virtualTime, depth: int.MaxValue, options, now);

    private static WaitingJob Job(string tenant, int minute = 0, int priority = 10) => new()
    {
        JobId = Guid.NewGuid(),
        Tenant = tenant,
        Priority = priority,
        QueuedAt = Start.AddMinutes(minute),
        Regions = 1,
        LoadPerRegion = 4,
        Kind = "kind",
    };
}
