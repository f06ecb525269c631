using System.Diagnostics.Metrics;

namespace Swath.Endpoints;

/// <summary>What talking to endpoints measures, under OpenTelemetry names.</summary>
public sealed class EndpointsMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Swath.Endpoints";

    private readonly Meter _meter;
    private readonly Counter<long> _apiErrors;

    public EndpointsMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);
        _apiErrors = _meter.CreateCounter<long>(
            "scheduler.endpoint_api_errors", "{error}", "Failed descriptions of endpoints, after all retries, by endpoint; once however many callers waited.");
    }

    internal void ApiError(string endpoint) => _apiErrors.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));

    public void Dispose() => _meter.Dispose();
}
