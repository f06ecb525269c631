using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Maintenance;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class SchedulerMetricsTests
{
    [Fact]
    public async Task RunAsync_OneAdmittedOneThrottled_IsMeasuredAndLogged()
    {
        var endpoint = $"endpoint-{Guid.NewGuid():N}";
        using var listener = Listen(out var measured);
        var log = new RecordingLogger();
        await using var bench = await AdmissionBench.CreateAsync(log);
        await bench.AddEndpointAsync(endpoint, target: 4);
        await bench.AddWorkerAsync("worker");
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, TileWorkers = 3 });
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, TileWorkers = 3 });

        await bench.CycleAsync();

        var ours = measured.Where(measurement => measurement.Tags.Contains(endpoint, StringComparison.Ordinal)).ToArray();
        Assert.Contains(("scheduler.images_throttled", 1, $"endpoint={endpoint} reason=WaitingForCapacity"), ours);
        Assert.Contains(("scheduler.images_admitted", 1, $"endpoint={endpoint}"), ours);
        Assert.Contains(("scheduler.capacity_utilization", 0.75, $"endpoint={endpoint}"), ours);
        Assert.Contains(ours, measurement => measurement.Name == "scheduler.scheduling_decision_time");
        Assert.Contains(measured, measurement => measurement is ("scheduler.wait_time", 6, "tier=standard"));
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Information && entry.Text.EndsWith("required 3, available 4 of target 4", StringComparison.Ordinal));
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Warning
            && entry.Text.EndsWith("WaitingForCapacity, needs 3 of 4; required 3, available 4 of target 4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_NobodyTakesTheJobs_RefusalsAndQueueDepthAreMeasured()
    {
        var (endpoint, tenant) = ($"endpoint-{Guid.NewGuid():N}", $"tenant-{Guid.NewGuid():N}");
        using var listener = Listen(out var measured);
        await using var bench = await AdmissionBench.CreateAsync();
        await bench.AddEndpointAsync(endpoint, target: 100);
        await bench.AddWorkerAsync("worker", slots: 2);
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, Kind = "rival", Tenant = tenant });
        await bench.CycleAsync();
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, Tenant = tenant, Affinity = """{"hard":{"tags":["hardware=gpu"]}}""" });
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, Tenant = tenant, Affinity = """{"hard":{"capabilities":["s3"]}}""" });
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, Tenant = tenant, Affinity = """{"antiJobKinds":["rival"]}""" });
        await bench.CycleAsync();
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, Tenant = tenant, Affinity = """{"soft":{"workerId":"worker"}}""" });
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.AddJobAsync(new JobSeed { Endpoint = endpoint, Tenant = tenant });
        await bench.CycleAsync();
        await bench.Hosted<QueuePositionUpdater>().RunOnceAsync();

        foreach (var rule in new[] { "Hard", "Capability", "Anti", "Slots" })
            Assert.Contains(("scheduler.placement_refusals", 1, $"endpoint={endpoint} rule={rule}"), measured);
        Assert.Contains(("scheduler.queue_depth", 2, $"tenant={tenant} reason=NoEligibleWorker"), measured);
        Assert.Contains(("scheduler.placements", 1, "preferred=True"), measured);
        Assert.Contains(measured, measurement => measurement.Name == "scheduler.placement_evaluations" && measurement.Value > 0);
    }

    [Fact]
    public async Task RunAsync_AdmittedAndThrottled_LogTheirFiguresAsFields()
    {
        var log = new RecordingLogger();
        await using var bench = await AdmissionBench.CreateAsync(log);
        await bench.AddEndpointAsync("endpoint", target: 4);
        await bench.AddWorkerAsync("worker");
        var admitted = await bench.AddJobAsync(new JobSeed { TileWorkers = 3 });
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        var throttled = await bench.AddJobAsync(new JobSeed { TileWorkers = 2 });

        await bench.CycleAsync();

        var information = log.Entries.Single(entry => entry.Level == LogLevel.Information && Equals(entry.Fields.GetValueOrDefault("JobId"), admitted.JobId)).Fields;
        Assert.Equal((3, 4, 4), (information["Required"], information["Available"], information["Target"]));
        var warning = log.Entries.Single(entry => entry.Level == LogLevel.Warning && Equals(entry.Fields.GetValueOrDefault("JobId"), throttled.JobId)).Fields;
        Assert.Equal((2, WaitingReason.WaitingForCapacity), (warning["Required"], warning["Reason"]));
        Assert.Contains("Available", warning.Keys);
    }

    [Fact]
    public async Task RefreshAsync_KnownThenNot_LogsTheBreakdownAndThenTheError()
    {
        var log = new RecordingLogger();
        await using var bench = await AdmissionBench.CreateAsync(log);
        bench.Options.CurrentValue.CapacityTargetPercentage = 0.5;
        await bench.Capacities.RefreshAsync("endpoint", EndpointType.SageMaker, null);
        bench.Estimator.MaxCapacity = null;
        await bench.Capacities.RefreshAsync("endpoint", EndpointType.SageMaker, null);

        var breakdown = log.Entries.Single(entry => entry.Level == LogLevel.Debug && entry.Fields.ContainsKey("Basis")).Fields;
        Assert.Equal((10, "test", 5), (breakdown["MaxCapacity"], breakdown["Basis"], breakdown["Target"]));
        Assert.Equal(10, log.Entries.Single(entry => entry.Level == LogLevel.Error).Fields["MaxCapacity"]);
        Assert.Equal((10, 5), ((await bench.Ledger.ReadAsync("endpoint"))[0].MaxCapacity, (await bench.Ledger.ReadAsync("endpoint"))[0].Target));
    }

    [Fact]
    public async Task AdmissionService_UnexpectedFault_IsAnErrorAndNoEnd()
    {
        var log = new RecordingLogger();
        await using var bench = await AdmissionBench.CreateAsync(log);
        await bench.Database.ExecuteAsync("alter table capacity_ledger rename to elsewhere");
        var admission = bench.Hosted<AdmissionService>();

        await admission.StartAsync(CancellationToken.None);
        bench.AsyncSignal.Ring();
        var error = await log.FirstAsync(LogLevel.Error);
        await admission.StopAsync(CancellationToken.None);

        Assert.Contains("the next one tries again", error, StringComparison.Ordinal);
    }

    private static MeterListener Listen(out ConcurrentBag<(string Name, double Value, string Tags)> measured)
    {
        var bag = measured = [];
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == SchedulerMetrics.MeterName)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => bag.Add((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => bag.Add((instrument.Name, value, Text(tags))));
        listener.Start();
        return listener;
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
