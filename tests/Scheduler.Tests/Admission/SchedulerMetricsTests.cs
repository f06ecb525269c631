using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Swath.Scheduler.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class SchedulerMetricsTests
{
    [Fact]
    public async Task RunAsync_OneAdmittedOneThrottled_IsMeasuredAndLogged()
    {
        var endpoint = $"endpoint-{Guid.NewGuid():N}";
        var measured = new ConcurrentBag<(string Name, double Value, string Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == SchedulerMetrics.MeterName)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add((instrument.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured.Add((instrument.Name, value, Text(tags))));
        listener.Start();
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

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
