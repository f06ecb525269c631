using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Persistence.Embedded;

/// <summary>Brings a cluster up, whatever state the last process left it in. Its caller holds the turn.</summary>
internal sealed class ClusterStarter(ClusterFolder folder, TimeProvider clock, ILogger logger)
{
    private const long LargestLog = 8 * 1024 * 1024;
    private const string OrphansRemain = "pre-existing shared memory block";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes, starts or attaches, and returns when the database answers.</summary>
    public async Task<(PostgresBinaries Binaries, PostmasterFile Server, bool Attached)> StartOrAttachAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.FindAsync(await DataVersionAsync(cancellationToken), cancellationToken);
        if (!Directory.Exists(folder.Data))
            await MakeAsync(binaries, cancellationToken);

        var begun = clock.GetTimestamp();
        var running = await RunningAsync(begun, patience, cancellationToken);
        if (running is not null)
        {
            logger.LogInformation("Using the PostgreSQL that already runs in {Folder} (process {ProcessId})", folder.Root, running.ProcessId);
            return (binaries, running, Attached: true);
        }

        await StartAsync(binaries, begun, patience, cancellationToken);
        var started = await RunningAsync(begun, patience, cancellationToken)
            ?? throw new EmbeddedPostgresException($"PostgreSQL started in '{folder.Root}' and ended at once. {await EndOfLogAsync()}");
        logger.LogDebug("PostgreSQL runs in {Folder} (process {ProcessId})", folder.Root, started.ProcessId);
        return (binaries, started, Attached: false);
    }

    private async Task<string?> DataVersionAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder.Data, "PG_VERSION");
        return File.Exists(file) ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : null;
    }

    private async Task MakeAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // Left by a process that was killed in the middle of this.
        if (Directory.Exists(folder.UnfinishedData))
            Directory.Delete(folder.UnfinishedData, recursive: true);
        var said = await folder.Account.RunAsync(
            binaries.Initdb,
            ["-D", folder.UnfinishedData, "-U", EmbeddedPostgres.UserName, "--auth=trust", "-E", "UTF8", "--locale=C"],
            cancellationToken);
        if (said.ExitCode != 0)
            throw new EmbeddedPostgresException($"PostgreSQL's initdb could not make a cluster in '{folder.Root}': {said.Output.Trim()}");
        await File.AppendAllTextAsync(Path.Combine(folder.UnfinishedData, "postgresql.conf"), ServerSettings.Include, cancellationToken);
        Directory.Move(folder.UnfinishedData, folder.Data);
    }

    private async Task StartAsync(PostgresBinaries binaries, long begun, TimeSpan patience, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(folder.Settings, ServerSettings.For(folder), cancellationToken);
        await folder.Account.GiveAsync(folder.Settings, cancellationToken);
        if (File.Exists(folder.Log) && new FileInfo(folder.Log).Length > LargestLog)
            File.Delete(folder.Log);

        InheritedDescriptors.CloseInChildren();
        while (true)
        {
            // pg_ctl puts the server in a session of its own: Ctrl-C in the terminal reaches Swath alone, which then stops it in order.
            var said = await folder.Account.RunAsync(
                binaries.PgCtl,
                ["start", "-D", folder.Data, "-l", folder.Log, "-w", "-t", "300"],
                cancellationToken);
            if (said.ExitCode == 0)
                return;
            var log = await EndOfLogAsync();
            // The server alone was killed: its helper processes notice and end within moments.
            if (!log.Contains(OrphansRemain, StringComparison.Ordinal) || clock.GetElapsedTime(begun) > patience)
                throw new EmbeddedPostgresException($"PostgreSQL did not start in '{folder.Root}'. {said.Output.Trim()} {log}");
            File.Delete(folder.Log);
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>The running server, once it answers; null when none runs. A stale postmaster.pid is removed.</summary>
    private async Task<PostmasterFile?> RunningAsync(long begun, TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var file = PostmasterFile.Read(folder.Data);
            if (file is null)
                return null;
            if (!await file.IsServerAliveAsync(cancellationToken))
            {
                logger.LogInformation("PostgreSQL in {Folder} was not shut down (process {ProcessId} is gone); it recovers", folder.Root, file.ProcessId);
                File.Delete(file.Path);
                return null;
            }

            if (await AnswersAsync(file, cancellationToken) is not { } refusal)
                return file;
            if (clock.GetElapsedTime(begun) > patience)
            {
                throw new EmbeddedPostgresException(
                    $"PostgreSQL in '{folder.Root}' (process {file.ProcessId}) runs but does not answer: {refusal.Message} {await EndOfLogAsync()}", refusal);
            }

            // Starting, recovering, or still shutting down for the process before us.
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    // Null when the database answers; otherwise why not.
    private static async Task<NpgsqlException?> AnswersAsync(PostmasterFile server, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(EmbeddedPostgres.ConnectionStringTo(server, "postgres")) { Pooling = false });
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var exists = new NpgsqlCommand("select exists (select from pg_database where datname = $1)", connection)
            {
                Parameters = { new() { Value = EmbeddedPostgres.DatabaseName } },
            };
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await using var create = new NpgsqlCommand($"create database {EmbeddedPostgres.DatabaseName}", connection);
                await create.ExecuteNonQueryAsync(cancellationToken);
            }

            return null;
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.CannotConnectNow)
        {
            return refusal;
        }
        catch (NpgsqlException refusal) when (refusal is not PostgresException)
        {
            return refusal;
        }
    }

    private async Task<string> EndOfLogAsync()
    {
        if (!File.Exists(folder.Log))
            return "";
        var lines = (await File.ReadAllLinesAsync(folder.Log, Encoding.UTF8)).TakeLast(10);
        return $"The end of {folder.Log}:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }
}
