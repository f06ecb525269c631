using FsCheck;
using FsCheck.Fluent;
using Swath.Persistence.Capacity;
using Swath.Persistence.Tenants;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>Days of scheduling in milliseconds: the decisions are the real ones, the queue and the clock are simulated.</summary>
public sealed class StarvationTests
{
    private const int Target = 20;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Whatever the tenants, tiers, priorities and sizes: as long as the endpoint could serve what comes, every job runs, and
    /// none waits longer than what ageing needs to lift it above all others and to drain what stands before it.
    /// </summary>
    [Fact]
    public void Nominate_AnyLoadTheEndpointCanServe_NoJobWaitsForEver()
    {
        var arrival =
            from minute in Gen.Choose(0, 600)
            from tenant in Gen.Elements("free", "standard", "premium", "enterprise", "another")
            from priority in Gen.Choose(0, 20)
            from load in Gen.Frequency((8, Gen.Choose(1, 4)), (1, Gen.Choose(15, 40)))
            select (minute, tenant, priority, load);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(150),
            Prop.ForAll(arrival.ListOf().ToArbitrary(), arrivals =>
            {
                var waits = Simulate([.. arrivals.Select(job => Job(job.minute, job.tenant, job.priority, job.load))]);
                // Highest static priority 20 x 100: ageing makes up for it in 400 minutes; the rest is draining.
                Assert.Equal(arrivals.Count, waits.Count);
                return waits.Values.All(wait => wait <= 400 + 5 + (10 * arrivals.Count));
            }));
    }

    [Fact]
    public void Nominate_EndlessSmallJobs_TheBigOneGetsItsTurn()
    {
        var big = Job(1, "standard", 10, Target);
        var small = Enumerable.Range(0, 600).SelectMany(minute => Enumerable.Range(0, 2).Select(_ => Job(minute, "standard", 10, 1)));

        // Five minutes until it has aged past newcomers, ten until the last of them has ended.
        Assert.InRange(Simulate([big, .. small])[big.JobId], 0, 17);
    }

    [Fact]
    public void Nominate_EndlessEnterpriseJobs_TheFreeTenantsJobGetsItsTurn()
    {
        var free = Job(0, "free", 10, 2);
        var flood = Enumerable.Range(0, 600).SelectMany(minute => Enumerable.Range(0, 4).Select(_ => Job(minute, "enterprise", 10, 1)));

        Assert.InRange(Simulate([free, .. flood])[free.JobId], 0, 210);
    }

    /// <summary>Every job takes ten minutes. Returns the minutes that each has waited.</summary>
    private static Dictionary<Guid, double> Simulate(IReadOnlyList<WaitingJob> jobs)
    {
        var (options, waits) = (new SchedulerOptions(), new Dictionary<Guid, double>());
        var (served, virtualTime) = (new Dictionary<string, double>(), 0.0);
        var running = new List<(WaitingJob Job, int Ends)>();
        for (var minute = 0; waits.Count < jobs.Count && minute < 20_000; minute++)
        {
            running.RemoveAll(job => job.Ends <= minute);
            var now = Start.AddMinutes(minute);
            WaitingJob[] waiting = [.. jobs.Where(job => job.QueuedAt <= now && !waits.ContainsKey(job.JobId))];
            if (waiting.Length == 0)
                continue;
            var ledger = new LedgerEntry
            {
                Key = new EndpointVariant("endpoint"),
                MaxCapacity = Target,
                Target = Target,
                Reserved = running.Sum(job => job.Job.Load),
                Holders = running.Count,
                Version = 0,
                VirtualTime = virtualTime,
            };
            var tenants = waiting.Select(job => job.Tenant).Distinct().ToDictionary(tenant => tenant, tenant => new TenantStanding
            {
                Tenant = tenant,
                Tier = TenantTier.Named(tenant),
                Running = running.Count(job => job.Job.Tenant == tenant),
                Served = served.GetValueOrDefault(tenant),
            });
            var board = new PlacementBoard([Fleet.Of(slots: 1_000)]);
            var nomination = new Nominator(ledger, new QueueHeads(waiting, tenants, int.MaxValue), board, options, now).Run();
            virtualTime = Math.Max(virtualTime, nomination.VirtualTime);
            foreach (var (tenant, share) in nomination.Shares)
                served[tenant] = share;
            foreach (var job in nomination.Candidates.Select(candidate => waiting.Single(job => job.JobId == candidate.JobId)))
            {
                waits[job.JobId] = (now - job.QueuedAt).TotalMinutes;
                running.Add((job, minute + 10));
            }

            var reserved = running.Sum(job => job.Job.Load);
            Assert.True(reserved <= Target || running.Count == 1, $"{reserved} of {Target} by {running.Count}");
        }

        return waits;
    }

    private static WaitingJob Job(int minute, string tenant, int priority, int load) => new()
    {
        JobId = Guid.NewGuid(),
        Tenant = tenant,
        Priority = priority,
        QueuedAt = Start.AddMinutes(minute),
        Regions = 1,
        LoadPerRegion = load,
        Kind = "kind",
    };
}
