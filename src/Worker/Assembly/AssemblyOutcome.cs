using Swath.Contracts;

namespace Swath.Worker.Assembly;

/// <summary>How assembling a job's result ended.</summary>
public abstract record AssemblyOutcome
{
    private AssemblyOutcome()
    {
    }

    /// <summary>The features were assembled, and each output was written or was not.</summary>
    public sealed record Completed(JobCompleted Message) : AssemblyOutcome;

    /// <summary>They can't be assembled.</summary>
    public sealed record Failed(JobFailed Message) : AssemblyOutcome;

    /// <summary>The job was ended meanwhile, by a cancellation or by another assembly of it: nothing was made visible.</summary>
    public sealed record Dropped : AssemblyOutcome;
}
