namespace Swath.Host.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The job failed, is only partially complete, or was cancelled; it is stored, but no process runs it; or what was verified does not agree.</summary>
    public const int JobFailed = 1;

    /// <summary>The command line, the request or the machine is not as it must be; the message says what to change.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl+C: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
