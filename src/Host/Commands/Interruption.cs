using System.Runtime.InteropServices;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary>
/// What Ctrl+C and SIGTERM do: the process stops in order (<see cref="LongestEnd"/>). A second Ctrl+C ends it at once, and the next start recovers as from
/// a kill -9.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _interrupts;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (signal.Signal == PosixSignal.SIGINT && Interlocked.Increment(ref _interrupts) > 1)
            ExitNow(ExitCodes.Interrupted);
        if (!_stop.IsCancellationRequested)
            _ = _stop.CancelAsync();
    }

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
