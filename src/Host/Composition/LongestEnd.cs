using System.Runtime.InteropServices;
using Swath.Host.Output;

namespace Swath.Host.Composition;

/// <summary>
/// Ends the process when its orderly end takes too long, whatever still runs in it: a thread in a library that does not return, a database or
/// a bus that does not answer. Container platforms kill after 30 s; this comes before, with a sentence. Nothing is lost by it: what was in hand
/// is done again, as after a kill.
/// </summary>
internal static class LongestEnd
{
    // Beside the time for draining, as the platforms count it.
    private static readonly TimeSpan BesideDrain = TimeSpan.FromSeconds(9);

    private static readonly TimeSpan LongestSentence = TimeSpan.FromMilliseconds(500);

    private static readonly Lock Gate = new();
    private static TimeSpan _drain = TimeSpan.FromSeconds(20);

    /// <summary>How long tiles in flight may take when the process ends; the rest has 9 s.</summary>
    public static void AllowDrain(TimeSpan drain)
    {
        lock (Gate)
            _drain = drain;
    }

    /// <summary>Counts from now on; disposing it says that all has ended.</summary>
    public static IDisposable Begin()
    {
        TimeSpan longest;
        lock (Gate)
            longest = _drain + BesideDrain;
        var ended = new ManualResetEventSlim();

        // Not a timer: its callback would wait for a thread of the pool, and those may be what is stuck.
        new Thread(() => Watch(ended, longest)) { IsBackground = true, Name = "longest end" }.Start();
        return new Ending(ended);
    }

    private static void Watch(ManualResetEventSlim ended, TimeSpan longest)
    {
        using (ended)
        {
            if (ended.Wait(longest))
                return;
        }

        // On a thread of its own: who reads our errors may be what is stuck.
        var says = new Thread(() => Terminal.WriteError(
            $"Swath could not end in order within {longest.TotalSeconds:0} s, because something in it did not return, and ends now. What was in hand is done again."))
        { IsBackground = true };
        says.Start();
        says.Join(LongestSentence);

        // Not Environment.Exit, which runs handlers of libraries in which threads are stuck.
        ExitNow(Commands.ExitCodes.JobFailed);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitNow(int code);

    private sealed class Ending(ManualResetEventSlim ended) : IDisposable
    {
        public void Dispose() => ended.Set();
    }
}
