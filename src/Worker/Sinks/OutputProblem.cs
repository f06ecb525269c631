namespace Swath.Worker.Sinks;

/// <summary>What stands in the way of an output, known before anything is written to it.</summary>
/// <param name="Message">Which output, why, and what to change.</param>
/// <param name="HoldsEverywhere">True when it is so on every machine and with all credentials; false when a worker elsewhere may do better.</param>
public sealed record OutputProblem(string Message, bool HoldsEverywhere);
