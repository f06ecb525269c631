using System.Diagnostics.Metrics;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Admission;

/// <summary>What the scheduler measures, under OpenTelemetry names. Dimension <c>endpoint</c> unless said otherwise.</summary>
public sealed class SchedulerMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Swath.Scheduler";

    private readonly Meter _meter;
    private readonly Counter<long> _throttled;
    private readonly Counter<long> _admitted;
    private readonly Gauge<double> _utilization;
    private readonly Histogram<double> _decision;
    private readonly Histogram<double> _step;
    private readonly Histogram<double> _wait;
    private readonly Gauge<long> _queued;
    private readonly Counter<long> _lostRaces;
    private readonly Counter<long> _evaluations;
    private readonly Counter<long> _placements;
    private readonly Counter<long> _refusals;

    public SchedulerMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _throttled = _meter.CreateCounter<long>("scheduler.images_throttled", "{image}", "Jobs that were made to wait, by endpoint and reason; once per job and reason.");
        _admitted = _meter.CreateCounter<long>("scheduler.images_admitted", "{image}", "Jobs that were admitted.");
        _utilization = _meter.CreateGauge<double>("scheduler.capacity_utilization", "1", "Reserved of target.");
        _decision = _meter.CreateHistogram<double>("scheduler.scheduling_decision_time", "s", "One decision over one endpoint's queue, with its commit.");
        _step = _meter.CreateHistogram<double>("scheduler.cycle_step_time", "s", "One step of the admission cycle, by step.");
        _wait = _meter.CreateHistogram<double>("scheduler.wait_time", "s", "From queued to admitted, by tier.");
        _queued = _meter.CreateGauge<long>("scheduler.queue_depth", "{job}", "Waiting jobs, by tenant and reason.");
        _lostRaces = _meter.CreateCounter<long>("scheduler.lost_races", "{race}", "Decisions that another scheduler overtook, by what had changed.");
        _evaluations = _meter.CreateCounter<long>("scheduler.placement_evaluations", "{evaluation}", "Workers looked at for a region.");
        _placements = _meter.CreateCounter<long>("scheduler.placements", "{region}", "Regions placed for jobs with a preference, by whether it was met.");
        _refusals = _meter.CreateCounter<long>("scheduler.placement_refusals", "{job}", "Jobs that could not be placed, by endpoint and kind of rule.");
    }

    /// <param name="endpoint">Where the job waits.</param>
    /// <param name="reason">Why.</param>
    /// <param name="refusal">Where no worker takes it: the kind of rule that refuses.</param>
    public void Throttled(string endpoint, WaitingReason reason, AffinityRefusal? refusal = null)
    {
        _throttled.Add(1, new("endpoint", endpoint), new("reason", reason.ToString()));
        if (refusal is { } rule)
            _refusals.Add(1, new("endpoint", endpoint), new("rule", rule.ToString()));
    }

    public void Admitted(string endpoint, string tier, TimeSpan waited)
    {
        _admitted.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));
        _wait.Record(waited.TotalSeconds, new KeyValuePair<string, object?>("tier", tier));
    }

    public void Utilization(string endpoint, double utilization) =>
        _utilization.Record(utilization, new KeyValuePair<string, object?>("endpoint", endpoint));

    public void Decision(string endpoint, TimeSpan took) =>
        _decision.Record(took.TotalSeconds, new KeyValuePair<string, object?>("endpoint", endpoint));

    public void Step(string step, TimeSpan took) => _step.Record(took.TotalSeconds, new KeyValuePair<string, object?>("step", step));

    public void LostRace(string endpoint, LostRace what) => _lostRaces.Add(1, new("endpoint", endpoint), new("what", what.ToString()));

    public void QueueDepth(string tenant, string reason, int jobs) => _queued.Record(jobs, new("tenant", tenant), new("reason", reason));

    public void Placements(long evaluations, long withPreference, long preferred)
    {
        _evaluations.Add(evaluations);
        _placements.Add(preferred, new KeyValuePair<string, object?>("preferred", true));
        _placements.Add(withPreference - preferred, new KeyValuePair<string, object?>("preferred", false));
    }

    public void Dispose() => _meter.Dispose();
}
