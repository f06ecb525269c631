using System.Net.Http.Json;
using Swath.Contracts;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Scaling;

/// <summary>Swath as several processes: one database, a transport, and a command line for all of them.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _http = new();

    private Fleet(TestDatabase database, SwathCli cli)
    {
        Database = database;
        Cli = cli;
    }

    public TestDatabase Database { get; }

    public SwathCli Cli { get; }

    /// <param name="settings">Environment variables of every process, beside those that make a test quick.</param>
    public static async Task<Fleet> CreateAsync(params IEnumerable<(string Name, string Value)> settings) =>
        On(await PostgresServer.CreateDatabaseAsync(), settings);

    /// <summary>The same on a database that the test gives, and that is dropped with it.</summary>
    public static Fleet On(TestDatabase database, params IEnumerable<(string Name, string Value)> settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["SWATH_DATABASE"] = database.ConnectionString,
            ["DATABASE_POOL_SIZE"] = "20",
            ["DATABASE_POOL_MIN_SIZE"] = "1",
            ["DEFAULT_HTTP_ENDPOINT_CONCURRENCY"] = "32",
            ["WORKER_HEARTBEAT_SECONDS"] = "0.5",
            ["WORKER_LEASE_SECONDS"] = "4",
            ["SCHEDULER_TICK_SECONDS"] = "0.5",
        };
        foreach (var (name, value) in settings)
            environment[name] = value;
        return new Fleet(database, new SwathCli(environment));
    }

    /// <summary>Starts a process with some roles, and waits until it is up.</summary>
    public async Task<RunningCommand> StartAsync(string roles, params string[] arguments)
    {
        var process = Cli.Start(["up", "--roles", roles, .. arguments]);
        await process.LineAsync(line => line.StartsWith("Swath is up", StringComparison.Ordinal));
        return process;
    }

    /// <summary>Where a process's REST API is.</summary>
    public static async Task<Uri> ApiOfAsync(RunningCommand process) =>
        new((await process.LineAsync(line => line.StartsWith("REST API:", StringComparison.Ordinal))).Split(' ')[^1]);

    public async Task SubmitAsync(Uri api, ImageRequested request)
    {
        using var answer = await _http.PostAsJsonAsync(api, request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until the database says so.</summary>
    public Task<T> UntilAsync<T>(string what, string query, params object?[] parameters)
        where T : notnull =>
        UntilAsync<T>(what, _ => true, query, parameters);

    /// <summary>Waits until what the database says is as wanted.</summary>
    public async Task<T> UntilAsync<T>(string what, Func<T, bool> wanted, string query, params object?[] parameters)
        where T : notnull
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await Database.ScalarAsync<object>(query, parameters) is T value && wanted(value))
                return value;
            if (patience.IsCancellationRequested)
                Assert.Fail($"It did not come to this in {Patience}: {what}. The jobs: {await JobsAsync()}");
            await Task.Delay(Glance, TimeProvider.System);
        }
    }

    public async Task<string> JobsAsync() =>
        await Database.ScalarAsync<string>("select string_agg(distinct state || ' ' || coalesce(reason, ''), ', ') from jobs left join queue using (job_id)") ?? "none";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Cli.DisposeAsync();
        await Database.DisposeAsync();
    }
}
