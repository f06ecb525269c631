using System.Runtime.InteropServices;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary>What Ctrl+C does: once, the process stops in order, as with SIGTERM; twice, it ends at once, and the next start recovers as from a kill -9.</summary>
internal static class Interruption
{
    private static int _times;

    /// <summary>Ends the process at the second Ctrl+C, for as long as what is returned lives.</summary>
    public static IDisposable EndAtSecond() => PosixSignalRegistration.Create(PosixSignal.SIGINT, _ =>
    {
        if (Interlocked.Increment(ref _times) > 1)
            ExitNow(ExitCodes.Interrupted);
    });

    /// <summary>Says what becomes of a job that was being followed.</summary>
    public static void Tell(SwathProcess swath, Guid jobId) => Terminal.WriteError(swath.RunsRoles
        ? $"""
          Stopping: tiles in flight are finished and kept. Ctrl+C again ends at once, without waiting for them.
          Job {jobId} is kept. To go on with it: swath watch {jobId} (or 'swath up')
          """
        : $"Job {jobId} goes on in the Swath that runs on this database. To follow it again: swath watch {jobId}");

    // Not Environment.Exit, which runs what waits for the end of the very work that is to be cut off.
    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitNow(int code);
}
