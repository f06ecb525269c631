using Npgsql;
using Swath.Persistence.Feeds;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Feeds;

public sealed class EventFeedTests
{
    private const string Append =
        "insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, $2, gen_random_uuid(), 'port-reached.v1', '{}', now())";

    [Fact]
    public async Task ReadAsync_OpenWritingTransaction_HoldsBackWhatCameAfterItAndSkipsNothing()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        var feed = new EventFeed(database.DataSource);
        var (early, open, late) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await database.ExecuteAsync(Append, early, 1);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await AppendAsync(transaction, open, 1);
        await database.ExecuteAsync(Append, late, 1);

        var first = await ReadAsync(feed, FeedPosition.Start, 1);
        var none = await feed.ReadAsync(first[^1].Position, 100);
        await AppendAsync(transaction, open, 2);
        await transaction.CommitAsync();
        var rest = await ReadAsync(feed, first[^1].Position, 3);

        Assert.Equal([early], first.Select(e => e.JobId));
        Assert.Empty(none);
        Assert.Equal([(open, 1), (open, 2), (late, 1)], rest.Select(e => (e.JobId, e.Version)));
    }

    [Fact]
    public async Task ReadAsync_ManyWritersAtOnce_GivesEveryEventOnceAndEachJobsInItsOrder()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        var feed = new EventFeed(database.DataSource);
        var writing = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => WriteAsync(database, jobs: 10, events: 12)));
        var read = await ReadAsync(feed, FeedPosition.Start, 720, page: 7);

        await writing;
        Assert.Equal(720, read.Count);
        Assert.Distinct(read.Select(e => (e.JobId, e.Version)));
        Assert.All(read.GroupBy(e => e.JobId), job => Assert.Equal(Enumerable.Range(1, 12), job.Select(e => e.Version)));
    }

    [Fact]
    public async Task ReadAsync_EventsOfTheTimeBefore_ComeFirstInTheOrderOfTheirKey()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        var feed = new EventFeed(database.DataSource);
        var old = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).OrderBy(id => id.ToString(), StringComparer.Ordinal).ToList();
        foreach (var (job, version) in from job in old from version in (int[])[1, 2] select (job, version))
            await database.ExecuteAsync(Append.Replace("occurred_at)", "occurred_at, txid, seq)").Replace("now())", "now(), null, null)"), job, version);
        var recent = Guid.NewGuid();
        await database.ExecuteAsync(Append, recent, 1);

        var read = await ReadAsync(feed, FeedPosition.Start, 7, page: 4);

        Assert.Equal([(old[0], 1), (old[0], 2), (old[1], 1), (old[1], 2), (old[2], 1), (old[2], 2), (recent, 1)], read.Select(e => (e.JobId, e.Version)));
    }

    [Fact]
    public async Task ReadAsync_ManyEvents_IsServedByItsIndex()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "insert into job_events (job_id, version, message_id, type, data, occurred_at) select gen_random_uuid(), 1, gen_random_uuid(), 'port-reached.v1', '{}', now() from generate_series(1, 20000)");
        await database.ExecuteAsync("analyze job_events");

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            "explain select seq from job_events where txid is not null and (txid, seq) > ('1'::xid8, 5) and txid < pg_snapshot_xmin(pg_current_snapshot()) order by txid, seq limit 100",
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));

        Assert.Contains(plan, line => line.Contains("job_events_feed", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Sort", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("-7-1")]
    [InlineData("7-x")]
    [InlineData("7-1-2")]
    [InlineData("7-1-00000000-0000-0000-0000-000000000001")]
    [InlineData("99999999999999999999999-1")]
    public void TryParse_NoPosition_IsRefused(string? text) => Assert.False(FeedPosition.TryParse(text, out _));

    // The transactions of other tests, in other databases of the server, hold a feed back too. Each page is asked for as another process would: by the text.
    private static async Task<List<FeedEvent>> ReadAsync(EventFeed feed, FeedPosition after, int count, int page = 100)
    {
        var read = new List<FeedEvent>();
        var deadline = TestContext.Deadline();
        while (read.Count < count)
        {
            deadline.ThrowIfCancellationRequested();
            Assert.True(FeedPosition.TryParse(after.ToString(), out var again));
            Assert.Equal(after, again);
            read.AddRange(await feed.ReadAsync(again, page));
            after = read.Count > 0 ? read[^1].Position : after;
        }

        return read;
    }

    private static async Task WriteAsync(TestDatabase database, int jobs, int events)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var ids = Enumerable.Range(0, jobs).Select(_ => Guid.NewGuid()).ToList();
        for (var version = 1; version <= events; version++)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            foreach (var id in ids)
                await AppendAsync(transaction, id, version);
            await transaction.CommitAsync();
        }
    }

    private static async Task AppendAsync(NpgsqlTransaction transaction, Guid job, int version)
    {
        await using var command = new NpgsqlCommand(Append, transaction.Connection, transaction)
        {
            Parameters = { new NpgsqlParameter { Value = job }, new NpgsqlParameter { Value = version } },
        };
        await command.ExecuteNonQueryAsync();
    }
}
