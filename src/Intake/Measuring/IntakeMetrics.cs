using System.Diagnostics.Metrics;
using Swath.Imaging;

namespace Swath.Intake.Measuring;

/// <summary>What measuring images measures of itself, under OpenTelemetry names.</summary>
public sealed class IntakeMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Swath.Intake";

    private readonly Meter _meter;
    private readonly Counter<long> _accessErrors;

    public IntakeMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);

        // Named after the scheduling that the image never reaches; which endpoint it was for is not known here.
        _accessErrors = _meter.CreateCounter<long>("scheduler.image_access_errors", "{error}", "Images that could not be measured, by reason; once per attempt.");
    }

    public void ImageAccessError(ImageErrorKind reason) => _accessErrors.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Dispose() => _meter.Dispose();
}
