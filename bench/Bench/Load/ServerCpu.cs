using System.Globalization;

namespace Swath.Bench.Load;

/// <summary>CPU time of a PostgreSQL server and all its backends, from /proc (proc(5), stat); zero where there is no /proc.</summary>
internal static class ServerCpu
{
    private const double TicksPerSecond = 100;

    public static TimeSpan Of(int postmaster)
    {
        if (!Directory.Exists("/proc/self"))
            return TimeSpan.Zero;
        long ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0])))
        {
            try
            {
                // The name in parentheses may hold spaces; what follows it does not.
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var isPostmaster = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture) == postmaster;
                if (!isPostmaster && Number(fields[1]) != postmaster)
                    continue;
                ticks += Number(fields[11]) + Number(fields[12]);
                if (isPostmaster)
                    ticks += Number(fields[13]) + Number(fields[14]);
            }
            catch (IOException)
            {
                // Ended while we looked.
            }
        }
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
