using System.Diagnostics.Metrics;
using Swath.Imaging;
using Swath.Intake.Submitting;

namespace Swath.Intake;

/// <summary>What the ways in measure of themselves, under OpenTelemetry names.</summary>
public sealed class IntakeMetrics : IDisposable
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Swath.Intake";

    private readonly Meter _meter;
    private readonly Counter<long> _accessErrors;
    private readonly Counter<long> _outputsRejected;
    private readonly Counter<long> _queueMessages;
    private readonly Counter<long> _notifications;
    private readonly Counter<long> _refused;

    public IntakeMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(MeterName) ?? new Meter(MeterName);

        // Named after the scheduling that the image never reaches; which endpoint it was for is not known here.
        _accessErrors = _meter.CreateCounter<long>("scheduler.image_access_errors", "{error}", "Images that could not be measured, by reason; once per attempt.");
        _outputsRejected = _meter.CreateCounter<long>("intake.outputs_rejected", "{job}", "Jobs that were rejected because an output can't be written.");
        _queueMessages = _meter.CreateCounter<long>("intake.queue_messages", "{message}", "Messages of the request queue, by what became of them: accepted, refused (with the reason), failed, given back.");
        _refused = _meter.CreateCounter<long>("scheduler.images_refused", "{image}", "Requests that were put off because the queue is full, by endpoint, tenant and way in; once per attempt.");
        _notifications = _meter.CreateCounter<long>("intake.status_notifications", "{notification}", "Published status notifications, by status.");
    }

    public void ImageAccessError(ImageErrorKind reason) => _accessErrors.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Refused(string endpoint, string tenant, WayIn way) =>
        _refused.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint), new KeyValuePair<string, object?>("tenant", tenant), new KeyValuePair<string, object?>("way", way.ToString()));

    public void OutputsRejected() => _outputsRejected.Add(1);

    public void QueueMessage(string outcome, string reason = "") =>
        _queueMessages.Add(1, new KeyValuePair<string, object?>("outcome", outcome), new KeyValuePair<string, object?>("reason", reason));

    public void Notification(string status) => _notifications.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Dispose() => _meter.Dispose();
}
