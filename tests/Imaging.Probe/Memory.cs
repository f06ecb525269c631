using System.Globalization;

namespace Swath.Imaging.Probe;

/// <summary>What the kernel counted for this process.</summary>
internal static class Memory
{
    /// <summary>The most bytes that were resident at once; 0 where the kernel doesn't tell.</summary>
    public static long Peak()
    {
        if (!File.Exists("/proc/self/status"))
            return 0;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
