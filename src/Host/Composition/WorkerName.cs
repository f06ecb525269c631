namespace Swath.Host.Composition;

/// <summary>What a worker is called that was given no name, where several may run on one machine.</summary>
internal static class WorkerName
{
    /// <summary>The machine's name and the process's number.</summary>
    public static string OfThisProcess { get; } =
        $"{new string([.. Environment.MachineName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(60)])}-{Environment.ProcessId}";
}
