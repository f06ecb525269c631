using Swath.Persistence.ReadSide;
using Swath.Testing;

namespace Swath.Persistence.Tests.ReadSide;

public sealed class JobReaderTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly JobReader _jobs = new(database.DataSource);

    [Fact]
    public async Task FindByPrefix_UniqueDigits_FindsTheJob()
    {
        await InsertAsync("aaaaaaaa-0000-0000-0000-000000000001", "Running");
        await InsertAsync("aaaaaaab-0000-0000-0000-000000000002", "Running");

        Assert.Equal("aaaaaaaa-0000-0000-0000-000000000001", Assert.Single(await _jobs.FindByPrefixAsync("AAAAAAAA-0", 2, default)).JobId.ToString());
        Assert.Equal(2, (await _jobs.FindByPrefixAsync("aaaaaaa", 2, default)).Count);
        Assert.Single(await _jobs.FindByPrefixAsync("aaaaaaab-0000-0000-0000-000000000002", 2, default));
    }

    [Fact]
    public async Task ShortIds_IdsThatBeginAlike_AreTheShortestThatOnlyOneJobHas()
    {
        Guid[] ids = [Guid.Parse("cccccccc-0000-0000-0000-000000000001"), Guid.Parse("cccccccc-1000-0000-0000-000000000002"), Guid.Parse("cccccccc-1200-0000-0000-000000000003"), Guid.Parse("cccccccd-0000-0000-0000-000000000004")];
        foreach (var id in ids)
            await InsertAsync(id.ToString(), "Running");

        var names = await _jobs.ShortIdsAsync(ids, default);

        Assert.Equal(["cccccccc-0", "cccccccc-10", "cccccccc-12", "cccccccd"], ids.Select(id => names[id]));
        foreach (var id in ids)
            Assert.Equal(id, Assert.Single(await _jobs.FindByPrefixAsync(names[id], 2, default)).JobId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("xyz")]
    [InlineData("' or 1=1 --")]
    [InlineData("000000000000000000000000000000000000000000")]
    public async Task FindByPrefix_NoDigits_FindsNothing(string prefix) => Assert.Empty(await _jobs.FindByPrefixAsync(prefix, 2, default));

    [Fact]
    public async Task List_ByState_IsNewestFirst()
    {
        await InsertAsync("bbbbbbbb-0000-0000-0000-000000000001", "Paused", minutesAgo: 5);
        await InsertAsync("bbbbbbbb-0000-0000-0000-000000000002", "Paused", minutesAgo: 1);

        var jobs = await _jobs.ListAsync("Paused", null, 10, default);

        Assert.Equal([1, 5], jobs.Select(job => (int)Math.Round((DateTimeOffset.Parse("2026-03-01T12:00:00Z") - job.RequestedAt).TotalMinutes)));
    }

    private Task<int> InsertAsync(string id, string state, int minutesAgo = 0) => database.Database.ExecuteAsync(
        """
        insert into jobs (job_id, name, tenant, state, image_url, endpoint, priority, regions_total, regions_done, regions_failed, tiles_total, tiles_done,
                          tiles_failed, features, requested_at, updated_at, version)
        values ($1::uuid, 'a', 'default', $2, 'a.tif', 'http://m/', 10, 1, 0, 0, 4, 0, 0, 0,
                timestamptz '2026-03-01 12:00:00+00' - make_interval(mins => $3), now(), 1)
        """,
        Guid.Parse(id), state, minutesAgo);
}
