namespace Swath.Intake.Notifications;

/// <summary>One message to subscribers.</summary>
/// <param name="Version">The event that it tells of.</param>
/// <param name="OfRegion">Whether it is about one region, and not about the job.</param>
/// <param name="Status">STARTED, IN_PROGRESS, SUCCESS, PARTIAL or FAILED.</param>
/// <param name="Message">For people.</param>
/// <param name="Attributes">For filters and programs; none is empty.</param>
internal sealed record StatusNotification(int Version, bool OfRegion, string Status, string Message, IReadOnlyDictionary<string, string> Attributes);
