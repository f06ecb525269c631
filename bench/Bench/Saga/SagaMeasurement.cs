namespace Swath.Bench.Saga;

/// <summary>What one repetition came to.</summary>
/// <param name="TransitionsPerSecond">Messages that the saga handled to the end: durable, and their commands sent.</param>
/// <param name="JobsPerSecond">Jobs from the first message to the last.</param>
/// <param name="ClientMilliseconds">CPU time of this process per transition, ms.</param>
/// <param name="ServerMilliseconds">CPU time of PostgreSQL per transition, ms; 0 where it can't be told.</param>
/// <param name="WalBytes">Write-ahead log of the whole server per transition, bytes.</param>
/// <param name="Faults">Messages that failed. Anything but 0 makes the rest worthless.</param>
internal sealed record SagaMeasurement(double TransitionsPerSecond, double JobsPerSecond, double ClientMilliseconds, double ServerMilliseconds, double WalBytes, long Faults);
