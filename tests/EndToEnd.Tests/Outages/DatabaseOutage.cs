using System.Diagnostics;
using System.Net;
using Swath.EndToEnd.Tests.Scaling;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>
/// PostgreSQL ends in the middle of eight jobs, with others submitted a moment before, and comes back later: for longer and for less long than
/// a worker's lease. With several processes over a broker, and in one process.
/// </summary>
internal static class DatabaseOutage
{
    private const int Running = 8;
    private const int Submitted = 4;
    private const int TilesPerJob = MarkedJob.TilesAcross * MarkedJob.TilesAcross;
    private const int TilesAtOnce = Running * 4;
    private const int LeaseSeconds = 10;

    /// <summary>Runs it over a broker and in memory at once.</summary>
    /// <param name="away">For how long the server is away.</param>
    /// <param name="signal">What ends it.</param>
    public static async Task RunAsync(TimeSpan away, string signal)
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await Task.WhenAll(
            RunAsync(away, signal, ["intake,scheduler,worker"]),
            RunAsync(away, signal, ["intake,scheduler", "worker", "worker"], ("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address)));
    }

    private static async Task RunAsync(TimeSpan away, string signal, string[] processes, params IEnumerable<(string, string)> transport)
    {
        await using var postgres = await OwnPostgres.StartAsync();
        await using var fleet = Fleet.On(postgres.Database,
            [.. transport, ("WORKER_LEASE_SECONDS", $"{LeaseSeconds}"), ("WORKER_SLOTS", $"{Running}"), ("DEFAULT_HTTP_ENDPOINT_CONCURRENCY", "200")]);
        await using var model = new TileCountingModel();
        var first = await fleet.StartAsync(processes[0], "--url", "http://127.0.0.1:0");
        var api = await Fleet.ApiOfAsync(first);
        await Task.WhenAll(processes.Skip(1).Select(roles => fleet.StartAsync(roles)));

        var jobs = Enumerable.Range(1, Running + Submitted).Select(n => MarkedJob.Create(fleet.Cli, (byte)n, model.Url)).ToList();
        foreach (var job in jobs.Take(Running))
            await fleet.SubmitAsync(api, job.Request);
        await fleet.UntilAsync<long>("every job has stored tiles", running => running == Running, "select count(distinct job_id) from tile_results");
        foreach (var job in jobs.Skip(Running))
            await fleet.SubmitAsync(api, job.Request);
        var stored = await StoredAsync(fleet, jobs);
        await postgres.TakeAwayAsync(signal);
        var gone = Stopwatch.GetTimestamp();

        await AssertRefusedForNowAsync(api);
        await AssertSaysSoAsync(fleet);
        await Task.Delay(away - Stopwatch.GetElapsedTime(gone), TimeProvider.System);
        var back = Stopwatch.GetTimestamp();
        await postgres.BringBackAsync();

        await fleet.UntilAsync<long>("all jobs are over", over => over == jobs.Count,
            "select count(*) from jobs where state in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled')");
        Assert.Equal("Completed ", await fleet.JobsAsync());
        Assert.All(jobs, job => Assert.Equal(TilesPerJob, ResultFile.Read(job.Result).Features.Count));
        Assert.Equal(0, await fleet.Database.ScalarAsync<int>("select max(losses) from job_regions"));
        AssertTilesAreSentOnce(model.Asked, stored);
        AssertNothingIsSentWithoutLease(model.Asked, gone, back);
        await AssertNothingIsLeftAsync(fleet);
    }

    private static async Task<HashSet<MarkedTile>> StoredAsync(Fleet fleet, List<MarkedJob> jobs)
    {
        var numbers = jobs.ToDictionary(job => job.Request.JobId, job => job.Number);
        await using var command = fleet.Database.DataSource.CreateCommand("select job_id, x, y from tile_results");
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new HashSet<MarkedTile>();
        while (await reader.ReadAsync())
            stored.Add(new MarkedTile(numbers[reader.GetGuid(0)], MarkedJob.Index(reader.GetInt32(1)), MarkedJob.Index(reader.GetInt32(2))));
        return stored;
    }

    // A tile that was on its way when the database went may be sent a second time.
    private static void AssertTilesAreSentOnce(IReadOnlyList<(MarkedTile Tile, long At)> asked, HashSet<MarkedTile> stored)
    {
        var again = asked.GroupBy(request => request.Tile).Where(requests => requests.Count() > 1).Select(requests => requests.Key).ToList();
        Assert.DoesNotContain(again, stored.Contains);
        Assert.True(again.Count <= TilesAtOnce, $"{again.Count} tiles were sent again");
    }

    private static void AssertNothingIsSentWithoutLease(IReadOnlyList<(MarkedTile Tile, long At)> asked, long gone, long back)
    {
        var lapsed = TimeSpan.FromSeconds(LeaseSeconds + 2);
        Assert.DoesNotContain(asked, request => Stopwatch.GetElapsedTime(gone, request.At) > lapsed && request.At < back);
    }

    private static async Task AssertRefusedForNowAsync(Uri api)
    {
        using var http = new HttpClient();
        foreach (var path in (string[])["", $"/{Guid.NewGuid()}"])
        {
            using var answer = await http.GetAsync(new Uri(api + path));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        using var health = await http.GetAsync(new Uri(api, "/health"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    private static async Task AssertSaysSoAsync(Fleet fleet)
    {
        var listed = await fleet.Cli.RunAsync("jobs");
        Assert.Equal(2, listed.ExitCode);
        Assert.Single(listed.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task AssertNothingIsLeftAsync(Fleet fleet)
    {
        await fleet.UntilAsync<long>("the ledger is at 0", reserved => reserved == 0, "select coalesce(sum(reserved), 0)::bigint from capacity");
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select count(*) from capacity_reservations where closed_at is null"));
        var verified = await fleet.Cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
    }
}
