using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Host.Composition;
using Swath.Persistence.Embedded;

namespace Swath.Bench.Load;

/// <summary>
/// A home for a Swath with a private PostgreSQL, measured from outside. It outlives processes of the benchmark that are killed, and goes with the
/// benchmark, however that ends: a process of its own removes it.
/// </summary>
internal sealed class PrivateServer : IAsyncDisposable
{
    public const string Verb = "remove-private-server";

    // What still uses the server ends by itself.
    private const int Tries = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static int _homes;

    private readonly ChildProcess _remover;

    private PrivateServer(string home, ChildProcess remover, EmbeddedPostgres server) => (Home, _remover, Postgres) = (home, remover, server);

    /// <summary>The folder, which the server's user can enter, unlike a temporary folder's.</summary>
    public string Home { get; }

    public EmbeddedPostgres Postgres { get; }

    public static async Task<PrivateServer> StartAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"swath-bench-{Environment.ProcessId}-{++_homes}");
        var home = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name)).FullName;
        var remover = ChildProcess.Start("Swath.Bench.dll", [Verb, home]);
        return new PrivateServer(home, remover, await AttachAsync(home));
    }

    /// <summary>The server of a home. From now on this process, and what it starts, has no other database, whatever its environment named.</summary>
    public static Task<EmbeddedPostgres> AttachAsync(string home)
    {
        Environment.SetEnvironmentVariable(SwathDatabase.Variable, "");
        return EmbeddedPostgres.StartAsync(new SwathPaths(home).Postgres);
    }

    /// <summary>Is the process that removes it: waits until its standard input ends, whatever signals a terminal sends to all.</summary>
    public static async Task<int> RemoveAsync(string home)
    {
        PosixSignalRegistration[] deaf =
            [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
        await Console.In.ReadToEndAsync();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await EmbeddedPostgres.RemoveAsync(new SwathPaths(home).Postgres);
                Directory.Delete(home, recursive: true);
                break;
            }
            catch (EmbeddedPostgresException) when (tries < Tries)
            {
                await Task.Delay(Pause, TimeProvider.System);
            }
        }

        foreach (var signal in deaf)
            signal.Dispose();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        await _remover.EndAsync();
    }
}
