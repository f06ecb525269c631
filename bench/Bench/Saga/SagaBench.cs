using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Swath.Bench.Load;
using Swath.Persistence.Embedded;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Migrations;
using Swath.Scheduler.Jobs;

namespace Swath.Bench.Saga;

/// <summary>
/// <c>bench saga [--seconds 3] [--repetitions 3] [--at-once 1,8,32]</c>: durable transitions per second of the real saga on the
/// event-sourced repository and a real PostgreSQL, with MassTransit's in-memory repository beside it in the same run.
/// </summary>
public static class SagaBench
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    // The first seconds measure the JIT compiler: both repositories run so long, and are not counted.
    private static readonly TimeSpan Discarded = TimeSpan.FromSeconds(8);
    private const int DiscardedAtOnce = 32;

    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 0, 1 when a message failed or the rows disagree with the events, 2 when an argument can't be understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var seconds, out var repetitions, out var atOnce))
        {
            await Console.Error.WriteLineAsync("usage: bench saga [--seconds N] [--repetitions N] [--at-once N,N,...]");
            return 2;
        }

        var sound = true;
        await using (var own = await PrivateServer.StartAsync())
        {
            var server = own.Postgres;
            await PrintSettingsAsync(server, seconds, repetitions);
            await new SagaRun().MeasureAsync(null, server.ProcessId, DiscardedAtOnce, WarmUp, Discarded);
            await MeasureDurableAsync(server, "discarded", DiscardedAtOnce, Discarded);
            foreach (var jobs in atOnce)
                sound &= await CompareAsync(server, jobs, TimeSpan.FromSeconds(seconds), repetitions);
        }
        return sound ? 0 : 1;
    }

    private static async Task<bool> CompareAsync(EmbeddedPostgres server, int atOnce, TimeSpan measured, int repetitions)
    {
        List<SagaMeasurement> inMemory = [], eventSourced = [];
        var agrees = true;
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            inMemory.Add(await new SagaRun().MeasureAsync(null, server.ProcessId, atOnce, WarmUp, measured));

            var (measurement, rowsAgree) = await MeasureDurableAsync(server, $"bench_{atOnce}_{repetition}", atOnce, measured);
            eventSourced.Add(measurement);
            agrees &= rowsAgree;
        }
        Print(atOnce, "in memory", inMemory, null);
        Print(atOnce, "event-sourced", eventSourced, Median(inMemory, m => m.TransitionsPerSecond));
        var faults = inMemory.Concat(eventSourced).Sum(m => m.Faults);
        if (faults > 0 || !agrees)
            Console.WriteLine($"  INVALID: {faults} messages failed; rows {(agrees ? "agree" : "DISAGREE")} with events");
        return faults == 0 && agrees;
    }

    private static async Task<(SagaMeasurement Measurement, bool RowsAgree)> MeasureDurableAsync(EmbeddedPostgres server, string name, int atOnce, TimeSpan measured)
    {
        await using (var create = server.DataSource.CreateCommand($"create database {name}"))
            await create.ExecuteNonQueryAsync();
        await using var database = NpgsqlDataSource.Create(server.ConnectionStringFor(name));
        await SwathMigrator.MigrateAsync(database);
        var measurement = await new SagaRun().MeasureAsync(database, server.ProcessId, atOnce, WarmUp, measured);
        return (measurement, await VerifyAsync(database));
    }

    private static async Task<bool> VerifyAsync(NpgsqlDataSource database)
    {
        var stream = new ServiceCollection();
        stream.AddEventStream<ImageJob>(ImageJobStream.Configure);
        var model = (StreamModel)stream.Single(s => s.ServiceType == typeof(StreamModel)).ImplementationInstance!;
        return (await new SagaVerify(database, model, [], []).CompareAsync()).Agrees;
    }

    private static async Task PrintSettingsAsync(EmbeddedPostgres server, int seconds, int repetitions)
    {
        Console.WriteLine($"machine     {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        await using var command = server.DataSource.CreateCommand(
            "select current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Console.WriteLine($"database    PostgreSQL {reader.GetString(0)}, synchronous_commit {reader.GetString(1)}, fsync {reader.GetString(2)}, full_page_writes {reader.GetString(3)}, unix socket");
        Console.WriteLine($"transport   MassTransit in-memory; groups of up to {new EventSourcingOptions().GroupSize}; 6 transitions per job, 4 of them send a command");
        Console.WriteLine($"settings    median of {repetitions} repetitions of {seconds} s each, in-memory and event-sourced by turns, each on a fresh bus and database, after {Discarded.TotalSeconds} s of both that are not counted");
        Console.WriteLine();
        Console.WriteLine("at once  repository      transitions/s     jobs/s  of in-memory  client ms  server ms  (CPU per transition)  WAL bytes   all repetitions");
    }

    private static void Print(int atOnce, string repository, List<SagaMeasurement> measurements, double? beside)
    {
        var median = Median(measurements, m => m.TransitionsPerSecond);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{atOnce,7}  {repository,-14}  {median,13:N0}  {Median(measurements, m => m.JobsPerSecond),9:N0}  {(beside is null ? "" : $"{median / beside:P0}"),12}  {Median(measurements, m => m.ClientMilliseconds),9:N3}  {Median(measurements, m => m.ServerMilliseconds),9:N3}                        {Median(measurements, m => m.WalBytes),9:N0}   {string.Join(' ', measurements.Select(m => m.TransitionsPerSecond.ToString("N0", CultureInfo.InvariantCulture)))}"));
    }

    private static double Median(IEnumerable<SagaMeasurement> measurements, Func<SagaMeasurement, double> read)
    {
        var values = measurements.Select(read).Order().ToArray();
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }

    private static bool TryRead(string[] args, out int seconds, out int repetitions, out int[] atOnce)
    {
        (seconds, repetitions, atOnce) = (3, 3, [1, 8, 32]);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var numbers = args[i + 1].Split(',').Select(n => int.TryParse(n, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
            if (numbers.Any(n => n < 1))
                return false;
            switch (args[i])
            {
                case "--seconds": seconds = numbers[0]; break;
                case "--repetitions": repetitions = numbers[0]; break;
                case "--at-once": atOnce = numbers; break;
                default: return false;
            }
        }
        return args.Length % 2 == 0;
    }
}
