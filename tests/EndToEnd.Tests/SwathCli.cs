using System.Diagnostics;

namespace Swath.EndToEnd.Tests;

/// <summary>The product as a user has it: the built command line in processes of its own, with a folder of its own.</summary>
internal sealed class SwathCli : IAsyncDisposable
{
    public static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "swath.dll");
    private readonly List<RunningCommand> _running = [];
    private readonly IReadOnlyDictionary<string, string> _settings;

    /// <param name="settings">Environment variables of every command.</param>
    public SwathCli(IReadOnlyDictionary<string, string>? settings = null)
    {
        _settings = settings ?? new Dictionary<string, string>();

        // Not CreateTempSubdirectory, which closes the folder to the user that the database server runs as when the caller is root.
        Home = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"swath-e2e-{Guid.NewGuid():N}")).FullName;
    }

    /// <summary>Where the private database and the results live.</summary>
    public string Home { get; }

    /// <summary>Where the commands run; <see cref="Home"/> by default.</summary>
    public string WorkingFolder { get; set; } = "";

    public string PathOf(string name) => Path.Combine(Home, name);

    /// <summary>Runs a command to its end.</summary>
    public async Task<CommandOutcome> RunAsync(params string[] arguments)
    {
        await using var command = Start(arguments);
        return await command.WaitAsync();
    }

    /// <summary>Starts a command and goes on; it is killed, if it still runs, when this is disposed.</summary>
    public RunningCommand Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Executable, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = WorkingFolder.Length > 0 ? WorkingFolder : Home,
        };
        start.Environment["SWATH_HOME"] = Path.Combine(Home, ".swath");
        start.Environment["NO_COLOR"] = "1";

        // What tests ask of the API lies in their folders, and their models run here.
        start.Environment["IMAGE_ROOTS"] = start.Environment["OUTPUT_ROOTS"] = Path.GetTempPath();
        start.Environment["ENDPOINT_HOSTS"] = "127.0.0.1:*,localhost:*";
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        var command = new RunningCommand(Process.Start(start)!);
        _running.Add(command);
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _running)
            await command.DisposeAsync();

        // Whatever a killed process left behind: the next command attaches to it and stops it when it leaves.
        if (!_settings.ContainsKey("SWATH_DATABASE"))
            await RunAndForgetAsync("jobs");
        Directory.Delete(Home, recursive: true);
    }

    private async Task RunAndForgetAsync(params string[] arguments)
    {
        await using var command = Start(arguments);
        await command.WaitAsync();
    }
}

/// <summary>What a command printed and ended with.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>A command that runs.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly Task _readingErrors;
    private readonly List<string> _errors = [];
    private readonly Task _reading;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Seen)> _waiters = [];
    private readonly List<string> _lines = [];

    public RunningCommand(Process process)
    {
        _process = process;
        process.StandardInput.Close();
        _readingErrors = ReadErrorsAsync();
        _reading = ReadAsync();
    }

    /// <summary>Ends when the command says that it stops after Ctrl+C.</summary>
    public Task StoppingAsync() => _stopping.Task.WaitAsync(Patience);

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The first line that it prints, or has printed, for which the condition holds.</summary>
    public Task<string> LineAsync(Func<string, bool> wanted)
    {
        lock (_lines)
        {
            if (_lines.Find(line => wanted(line)) is { } line)
                return Task.FromResult(line);
            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((wanted, seen));
            return seen.Task.WaitAsync(Patience);
        }
    }

    public async Task<CommandOutcome> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        await _readingErrors;
        return new CommandOutcome(_process.ExitCode, string.Join('\n', _lines), string.Join('\n', _errors));
    }

    /// <summary>SIGTERM: what a container platform sends before it kills.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGINT: what Ctrl+C sends.</summary>
    public void Interrupt() => Signal("INT");

    /// <summary>SIGKILL: no handler runs, nothing is cleaned up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _errors.Add(line);
            if (line.StartsWith("Stopping: ", StringComparison.Ordinal))
                _stopping.TrySetResult();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
                foreach (var (_, seen) in _waiters.Where(waiter => waiter.Wanted(line)))
                    seen.TrySetResult(line);
            }
        }

        lock (_lines)
            foreach (var (_, seen) in _waiters)
                seen.TrySetException(new InvalidOperationException($"The command ended without the line. It said:\n{string.Join('\n', _lines)}"));
    }
}
