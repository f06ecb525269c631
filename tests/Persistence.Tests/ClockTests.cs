using Swath.Testing;

namespace Swath.Persistence.Tests;

public sealed class ClockTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Now_WithinAStatementThatTakesLong_StandsStill()
        => Assert.True(await database.Database.ScalarAsync<bool>(
            "select bool_and(swath_now() = statement_timestamp()) and max(swath_now()) < clock_timestamp() from generate_series(1, 3), lateral pg_sleep(0.01)"));

    [Fact]
    public async Task Follow_TestClockMoves_TheNextStatementSeesIt()
    {
        await using var own = await PostgresServer.CreateDatabaseAsync();
        Assert.True(await NowAsync(own) > TimeProvider.System.GetUtcNow().AddHours(-1));
        var clock = new FakeTimeProvider();
        await own.FollowAsync(clock);
        Assert.Equal(clock.GetUtcNow(), await NowAsync(own));

        DateTimeOffset? atTheTimer = null;
        await using var timer = clock.CreateTimer(_ => atTheTimer = NowAsync(own).GetAwaiter().GetResult(), null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        var start = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal(start.AddSeconds(10), atTheTimer);
        Assert.Equal(start.AddSeconds(25), await NowAsync(own));
    }

    [Fact]
    public async Task Follow_AnotherClock_LeavesTheFirst()
    {
        await using var own = await PostgresServer.CreateDatabaseAsync();
        var (first, second) = (new FakeTimeProvider(), new FakeTimeProvider());
        await own.FollowAsync(first);
        await own.FollowAsync(second);

        first.Advance(TimeSpan.FromDays(1));

        Assert.Equal(second.GetUtcNow(), await NowAsync(own));
    }

    private static async Task<DateTimeOffset> NowAsync(TestDatabase database) => new(await database.ScalarAsync<DateTime>("select swath_now()"));
}
