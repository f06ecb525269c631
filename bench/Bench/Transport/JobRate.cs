using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Npgsql;
using Swath.Bench.Load;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Persistence.Embedded;
using Swath.Persistence.Migrations;

namespace Swath.Bench.Transport;

/// <summary>Jobs per second of Swath as it is run, in one process or several: small ones, from the API's answer to the written result.</summary>
internal sealed class JobRate(EmbeddedPostgres server, string folder, string model)
{
    private const int TileSize = 64;
    private const int InFlight = 8;
    private static readonly string[] Listening = ["--url", "http://127.0.0.1:0"];
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private int _databases;

    /// <param name="settings">The transport.</param>
    /// <param name="jobs">How many jobs.</param>
    /// <param name="roles">The roles of each process; the first has the intake.</param>
    public async Task<double> MeasureAsync(IReadOnlyDictionary<string, string> settings, int jobs, params string[] roles)
    {
        var name = $"jobs_{++_databases}";
        await using (var create = server.DataSource.CreateCommand($"create database {name}"))
            await create.ExecuteNonQueryAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionStringFor(name));
        await SwathMigrator.MigrateAsync(database);
        var environment = new Dictionary<string, string>(settings)
        {
            ["SWATH_DATABASE"] = server.ConnectionStringFor(name),
            ["DATABASE_POOL_SIZE"] = "40",
            ["DEFAULT_HTTP_ENDPOINT_CONCURRENCY"] = "64",
            ["WORKER_SLOTS"] = "8",
        };
        var processes = new List<ChildProcess>();
        try
        {
            foreach (var role in roles)
                processes.Add(ChildProcess.Start("swath.dll", ["up", "--roles", role, .. processes.Count == 0 ? Listening : []], environment));
            var api = (await processes[0].LineAsync("REST API:")).Split(' ')[^1];
            foreach (var process in processes.Skip(1))
                await process.LineAsync("Swath is up");
            foreach (var process in processes)
                process.Ignore();

            // The first ones measure the JIT compiler.
            await RunAsync(api, database, jobs / 4, 0);
            var clock = Stopwatch.StartNew();
            await RunAsync(api, database, jobs, jobs / 4);
            return jobs / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            foreach (var process in processes)
                process.Dispose();
        }
    }

    /// <summary>An image of one tile.</summary>
    public static void WriteImage(string path)
    {
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(TileSize, TileSize, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
    }

    private async Task RunAsync(string api, NpgsqlDataSource database, int jobs, int before)
    {
        using var http = new HttpClient();
        await Parallel.ForAsync(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (n, stop) =>
        {
            using var answer = await http.PostAsJsonAsync(api, Request(before + n), stop);
            answer.EnsureSuccessStatusCode();
        });
        while (await CompletedAsync(database) < before + jobs)
            await Task.Delay(Glance, TimeProvider.System);
    }

    private static async Task<int> CompletedAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select count(*) filter (where state = 'Completed')::int, count(*) filter (where state in ('Failed', 'PartiallyCompleted'))::int from jobs");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetInt32(1) == 0 ? reader.GetInt32(0) : throw new InvalidOperationException("A job of the benchmark failed.");
    }

    private ImageRequested Request(int number) => new()
    {
        JobId = Guid.NewGuid(),
        JobName = number.ToString(CultureInfo.InvariantCulture),
        Tenant = $"tenant-{number % 16}",
        ImageUrl = Path.Combine(folder, "tile.tif"),
        Endpoint = new ModelEndpoint { Name = model },
        Tile = new TileOptions { Size = TileSize, Overlap = 16 },
        Outputs = [OutputSink.ToFile(Path.Combine(folder, $"{number}.geojson"))],
    };
}
