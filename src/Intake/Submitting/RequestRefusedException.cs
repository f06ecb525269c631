namespace Swath.Intake.Submitting;

/// <summary>A request that can't be a job, now or later, and whose sender waits for no answer: its message goes to the fault queue with the reason.</summary>
public sealed class RequestRefusedException(string reason) : Exception(reason);
