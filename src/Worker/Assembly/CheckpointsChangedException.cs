namespace Swath.Worker.Assembly;

/// <summary>A job's checkpoints were not the same at the second reading as at the first. Assembling it again reads them anew.</summary>
public sealed class CheckpointsChangedException(string message) : Exception(message);
