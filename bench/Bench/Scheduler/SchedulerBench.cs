using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Swath.Bench.Load;
using Swath.Contracts;
using Swath.Persistence.Embedded;
using Swath.Persistence.Placement;
using Swath.Scheduler.Admission;

namespace Swath.Bench.Scheduler;

/// <summary>
/// <c>bench scheduler [--waiting 10000]</c>: the admission of many waiting jobs to 10 endpoints and 500 workers for 100 tenants,
/// on a real PostgreSQL: nothing fits, all fits, and one at a time as capacity is freed; with 1, 2 and 4 schedulers at once.
/// </summary>
public static class SchedulerBench
{
    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 0, 1 when an endpoint was over-committed, 2 when an argument can't be understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var waiting = 10_000;
        if (args is ["--waiting", var text] && int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 1_000)
            waiting = number;
        else if (args.Length > 0)
        {
            await Console.Error.WriteLineAsync("usage: bench scheduler [--waiting N], N at least 1000");
            return 2;
        }

        var sound = true;
        await using (var own = await PrivateServer.StartAsync())
        {
            var server = own.Postgres;
            Console.WriteLine($"machine   {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
            Console.WriteLine($"scenario  {waiting} waiting jobs, {SchedulerScenario.Workers} workers with tags, {SchedulerScenario.Endpoints} endpoints, {SchedulerScenario.Tenants} tenants, affinity on a third of the jobs");
            await NothingFitsAsync(server, waiting);
            foreach (var schedulers in new[] { 1, 2, 4 })
                sound &= await AllFitsAsync(server, waiting, schedulers);
            foreach (var schedulers in new[] { 1, 2, 4 })
                sound &= await FreedAsync(server, waiting, schedulers);
            foreach (var many in new[] { 1_000, 10_000, 100_000 })
                sound &= await CostPerJobAsync(server, many);
        }

        return sound ? 0 : 1;
    }

    /// <summary>Every endpoint has a little room, and nobody fits: each cycle looks at the heads of all queues.</summary>
    private static async Task NothingFitsAsync(EmbeddedPostgres server, int waiting)
    {
        await using var scenario = await SchedulerScenario.CreateAsync(server, waiting, SchedulerScenario.LoadPerJob - 1, slotsPerWorker: 4);
        await scenario.OccupyAsync();
        var cycle = scenario.NewCycle();
        var first = Stopwatch.StartNew();
        await cycle.RunAsync();
        first.Stop();
        var times = new List<double>();
        CycleReport report = null!;
        for (var repetition = 0; repetition < 60; repetition++)
        {
            var watch = Stopwatch.StartNew();
            report = await cycle.RunAsync();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        Console.WriteLine(Invariant($"nothing fits: cycle p50 {Percentile(times, 50):N1} ms, p95 {Percentile(times, 95):N1} ms (first, which writes reasons, {first.ElapsedMilliseconds} ms); {report.PassedOver} jobs looked at; {Steps(report)}"));
    }

    private static async Task<bool> AllFitsAsync(EmbeddedPostgres server, int waiting, int schedulers)
    {
        await using (var warmUp = await SchedulerScenario.CreateAsync(server, 1_000, 1_000_000, slotsPerWorker: 10))
            await warmUp.NewCycle().RunAsync();
        await using var scenario = await SchedulerScenario.CreateAsync(server, waiting, 1_000_000, slotsPerWorker: (waiting / 100) + 1);
        var cycles = Enumerable.Range(0, schedulers).Select(_ => scenario.NewCycle()).ToArray();
        var watch = Stopwatch.StartNew();
        var reports = new List<CycleReport>();
        do
            reports.AddRange(await Task.WhenAll(cycles.Select(cycle => Task.Run(() => cycle.RunAsync()))));
        while (await scenario.CountAsync("select count(*) from queue where reason is null") > 0 && watch.Elapsed.TotalMinutes < 2);
        watch.Stop();

        var admitted = reports.Sum(report => report.Admitted);
        Console.WriteLine(Invariant($"all fits, {schedulers} schedulers: {admitted} admitted in {watch.ElapsedMilliseconds} ms, {admitted / watch.Elapsed.TotalSeconds:N0}/s; lost races {reports.Sum(report => report.LostRaces)}; {Steps(reports[0])}"));
        await PrintPlacementsAsync(scenario);
        return await IsSoundAsync(scenario);
    }

    /// <summary>All endpoints are full; regions end one at a time, and each end lets the next job in.</summary>
    private static async Task<bool> FreedAsync(EmbeddedPostgres server, int waiting, int schedulers)
    {
        const int Ends = 200;
        await using var scenario = await SchedulerScenario.CreateAsync(server, waiting, 10 * SchedulerScenario.LoadPerJob, slotsPerWorker: 4);
        var hosted = new List<IHostedService>();
        for (var scheduler = 0; scheduler < schedulers; scheduler++)
        {
            var services = scenario.NewScheduler();
            hosted.AddRange(services.GetServices<IHostedService>().Where(service => service is AdmissionSignal || service.GetType().Name == "AdmissionService"));
        }

        var board = scenario.NewScheduler().GetRequiredService<RegionAssignments>();
        await scenario.NewCycle().RunAsync();
        foreach (var service in hosted)
            await service.StartAsync(CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);

        await using var ear = await scenario.Database.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("listen swath_outbox", ear))
            await listen.ExecuteNonQueryAsync();
        var times = new List<double>();
        for (var end = 0; end < Ends; end++)
        {
            var region = await RunningRegionAsync(scenario);
            var watch = Stopwatch.StartNew();
            await board.CompleteAsync(region);
            watch.Restart();
            while (await scenario.CountAsync("select count(*) from capacity where reserved < target") > 0 && watch.Elapsed.TotalSeconds < 10)
                await ear.WaitAsync(TimeSpan.FromMilliseconds(100));
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        foreach (var service in hosted)
            await service.StopAsync(CancellationToken.None);
        Console.WriteLine(Invariant($"freed to admitted, {schedulers} schedulers: p50 {Percentile(times, 50):N1} ms, p95 {Percentile(times, 95):N1} ms over {Ends} ends"));
        return await IsSoundAsync(scenario);
    }

    /// <summary>How many had their wish, and why others did not start: anti-affinity excludes some whatever the capacity.</summary>
    private static async Task PrintPlacementsAsync(SchedulerScenario scenario)
    {
        var wishes = await scenario.CountAsync("select count(*) from jobs j where affinity ? 'soft' and not exists (select from queue q where q.job_id = j.job_id)");
        var granted = await scenario.CountAsync(
            """
            select count(*) from jobs j join job_regions r using (job_id) join workers w using (worker_id)
             where j.affinity ? 'soft' and w.tags @> array(select jsonb_array_elements_text(j.affinity -> 'soft' -> 'tags'))
            """);
        Console.WriteLine(Invariant($"  preferred workers: {granted} of {wishes} wishes, {100.0 * granted / Math.Max(1, wishes):N2} %"));
        await using var command = scenario.Database.CreateCommand(
            """
            select count(*), coalesce(reason, 'none'), regexp_replace(coalesce(max(detail), ''), '^worker-[0-9]+: ', 'on every worker: ')
              from queue group by reason order by 1 desc
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            Console.WriteLine($"  {reader.GetInt64(0)} wait: {reader.GetString(1)}, such as {reader.GetString(2)}");
    }

    /// <summary>
    /// The same 800 admissions, with ever more jobs waiting behind them: the queue has been looked at before and its jobs have their reasons,
    /// as in a service that runs; then the endpoints grow. The first look, which writes the reasons once per job, is measured by itself.
    /// </summary>
    private static async Task<bool> CostPerJobAsync(EmbeddedPostgres server, int waiting)
    {
        const int Repetitions = 5;
        var (costs, first) = (new List<double>(), new List<double>());
        CycleReport report = null!;
        var sound = true;
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            await using var scenario = await SchedulerScenario.CreateAsync(server, waiting, SchedulerScenario.LoadPerJob - 1, slotsPerWorker: 4);
            await scenario.OccupyAsync();
            var cycle = scenario.NewCycle();
            var look = Stopwatch.StartNew();
            var reasons = await cycle.RunAsync();
            first.Add(look.Elapsed.TotalMilliseconds / Math.Max(1, reasons.PassedOver));
            await scenario.ExecuteAsync("insert into capacity_ledger (endpoint, seq, max_capacity, target) select endpoint, seq + 1, $1, $1 from capacity", (80 * SchedulerScenario.LoadPerJob) + 1);
            var watch = Stopwatch.StartNew();
            report = await cycle.RunAsync();
            costs.Add(watch.Elapsed.TotalMilliseconds / Math.Max(1, report.Admitted));
            sound &= await IsSoundAsync(scenario);
        }

        Console.WriteLine(Invariant($"{waiting} waiting: {report.Admitted} admitted at {Percentile(costs, 50):N3} ms each, median of {Repetitions} ({costs.Min():N3}..{costs.Max():N3}); first look {Percentile(first, 50):N3} ms a job; {Steps(report)}"));
        return sound;
    }

    private static async Task<RegionCompleted> RunningRegionAsync(SchedulerScenario scenario)
    {
        await using var command = scenario.Database.CreateCommand(
            "select job_id, region_id, attempt, worker_id from job_regions where worker_id is not null and ended_at is null order by random() limit 1");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new RegionCompleted
        {
            JobId = reader.GetGuid(0),
            RegionId = reader.GetInt32(1),
            Attempt = reader.GetInt32(2),
            WorkerId = reader.GetString(3),
            TilesDone = 100,
            Features = 1,
        };
    }

    private static async Task<bool> IsSoundAsync(SchedulerScenario scenario)
    {
        var wrong = await scenario.CountAsync(
            """
            select count(*) from capacity e
             where e.reserved > e.target
                or e.reserved <> (select coalesce(sum(load - released), 0) from capacity_reservations c where c.endpoint = e.endpoint and c.closed_at is null)
            """);
        if (wrong > 0)
            Console.WriteLine($"  INVALID: {wrong} endpoints are over-committed or wrong");
        return wrong == 0;
    }

    private static string Steps(CycleReport report) =>
        string.Join(", ", report.Steps.OrderByDescending(step => step.Value).Select(step => Invariant($"{step.Key} {step.Value.TotalMilliseconds:N0} ms")));

    private static double Percentile(IEnumerable<double> values, int percentile)
    {
        var ordered = values.Order().ToArray();
        return ordered[Math.Min(ordered.Length - 1, (int)Math.Ceiling(percentile / 100.0 * ordered.Length) - 1)];
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
