using System.Diagnostics;

namespace Swath.Testing;

/// <summary>The Node packages of tests/Emulators, installed when they are first needed and whenever their lock file has changed.</summary>
internal static class EmulatorPackages
{
    private const int OldestNode = 18;

    /// <returns>The folder that they are in.</returns>
    public static async Task<string> InstalledAsync()
    {
        var folder = Folder();
        await RequireNodeAsync();
        var wanted = await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json"));
        var stamp = Path.Combine(folder, "node_modules", ".installed");
        if (IsStamped(stamp, wanted))
            return folder;
        // Rooms are tested in processes of their own, at the same time in some editors: one installs, the others wait for it.
        await using (await LockedAsync(Path.Combine(Path.GetTempPath(), $"swath-emulators-{LockName(folder)}.lock")))
        {
            if (IsStamped(stamp, wanted))
                return folder;
            await InstallAsync(folder);
            await File.WriteAllTextAsync(stamp, wanted);
        }

        return folder;
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "Emulators");
            if (File.Exists(Path.Combine(candidate, "package-lock.json")))
                return candidate;
        }

        throw new InvalidOperationException($"There is no tests/Emulators above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }

    private static async Task RequireNodeAsync()
    {
        var version = (await ExternalTool.RunAsync("node", ["--version"])).Trim();
        Skip.IfNot(ExternalTool.IsInstalled("npm"), "npm is not installed, so the AWS emulators can't be.");
        var major = int.Parse(version.TrimStart('v').Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);
        Skip.If(major < OldestNode, $"Node {version} is too old for the AWS emulators: they need {OldestNode} or newer (https://nodejs.org).");
    }

    private static bool IsStamped(string stamp, string wanted) => File.Exists(stamp) && File.ReadAllText(stamp) == wanted;

    private static async Task InstallAsync(string folder)
    {
        var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Skip.IfNot(process.ExitCode == 0, $"npm ci in {folder} ended with {process.ExitCode}: {await errors}{await output}");
    }

    private static async Task<FileStream> LockedAsync(string path)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (patience.Elapsed < TimeSpan.FromMinutes(5))
            {
                // .NET has no lock to wait on between processes.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private static string LockName(string folder) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(folder)))[..12];
}
