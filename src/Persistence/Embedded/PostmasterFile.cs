using System.Globalization;

namespace Swath.Persistence.Embedded;

/// <summary>
/// What a running server wrote into <c>postmaster.pid</c> (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*): line 1 the process id,
/// line 4 the port, line 5 the socket's folder.
/// </summary>
internal sealed record PostmasterFile(string Path, int ProcessId, int Port, string SocketFolder)
{
    /// <summary>Reads the file; null when there is none or it is not complete yet.</summary>
    public static PostmasterFile? Read(string dataFolder)
    {
        var path = System.IO.Path.Combine(dataFolder, "postmaster.pid");
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return lines.Length >= 5
            && int.TryParse(lines[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out var processId)
            && int.TryParse(lines[3], NumberStyles.Integer, CultureInfo.InvariantCulture, out var port)
            ? new PostmasterFile(path, Math.Abs(processId), port, lines[4])
            : null;
    }

    /// <summary>
    /// Whether that process is a PostgreSQL server. After a restart of the machine or container the number may belong to anything,
    /// and PostgreSQL itself would then refuse to start.
    /// </summary>
    public async Task<bool> IsServerAliveAsync(CancellationToken cancellationToken)
    {
        var id = ProcessId.ToString(CultureInfo.InvariantCulture);
        if (Directory.Exists("/proc/self"))
        {
            try
            {
                return IsPostgres((await File.ReadAllTextAsync($"/proc/{id}/cmdline", cancellationToken)).Split('\0')[0]);
            }
            catch (IOException)
            {
                return false;
            }
        }

        var said = await ServerAccount.Caller.RunAsync("ps", ["-o", "comm=", "-p", id], cancellationToken);
        return said.ExitCode == 0 && IsPostgres(said.Output.Trim());
    }

    private static bool IsPostgres(string program)
        => System.IO.Path.GetFileName(program) is "postgres" or "postmaster" || program.StartsWith("postgres", StringComparison.Ordinal);
}
