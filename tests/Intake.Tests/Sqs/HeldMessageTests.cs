using Swath.Testing;

namespace Swath.Intake.Tests.Sqs;

/// <summary>SQS hides a message for twelve hours from its receipt, and no longer.</summary>
public sealed class HeldMessageTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(10);

    // To hide it for longer, to let go of it, and to look for room again.
    private const int Timers = 3;

    [SkippableFact]
    public async Task Message_ThatFindsNoRoomForTwelveHours_IsGivenBackBeforeSqsTakesIt()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await database.Database.ExecuteAsync("insert into tenants (tenant, tier, max_queued) values ('full', 'free', 1)");
        await JobSeed.InsertAsync(database.DataSource, new JobSeed { Tenant = "full" });
        await rig.SendAsync("""{"jobId":"held","imageUrls":["/a.tif"],"imageProcessor":{"name":"ships"},"outputs":[{"type":"S3","bucket":"b","prefix":"p"}]}""");
        var clock = new FakeTimeProvider();
        await rig.StartAsync(database.DataSource, options => options.Visibility = TimeSpan.FromHours(1), tenant: "full", time: clock);

        // Each time it looks for room again, and finds none.
        for (var held = TimeSpan.Zero; held < TimeSpan.FromHours(12) - Step; held += Step)
        {
            await rig.Log.WaitForAsync("The queue of tenant full (free) is full");
            Assert.True(SpinWait.SpinUntil(() => clock.WaitingTimers >= Timers, GatewayRig.Patience));
            Assert.DoesNotContain(rig.Log.All, line => line.Contains("was given back", StringComparison.Ordinal));
            clock.Advance(Step);
        }

        await rig.Log.WaitForAsync("was given back");
    }
}
