using Swath.Bench.Load;

namespace Swath.Bench.Soak;

/// <summary>What a number of jobs took.</summary>
/// <param name="Jobs">How many.</param>
/// <param name="Elapsed">Time that passed.</param>
/// <param name="Client">CPU time of this process.</param>
/// <param name="Server">CPU time of PostgreSQL.</param>
internal sealed record SoakPart(int Jobs, TimeSpan Elapsed, TimeSpan Client, TimeSpan Server)
{
    /// <summary>CPU time a job, of process and server together, ms.</summary>
    public double Milliseconds => (Client + Server).TotalMilliseconds / Jobs;

    /// <summary>From the beginning until now.</summary>
    public static SoakPart Now(int jobs, TimeSpan elapsed, int postmaster) => new(jobs, elapsed, Environment.CpuUsage.TotalTime, ServerCpu.Of(postmaster));

    /// <summary>From an earlier moment until this one.</summary>
    public SoakPart Since(SoakPart earlier) => new(Jobs - earlier.Jobs, Elapsed - earlier.Elapsed, Client - earlier.Client, Server - earlier.Server);
}
