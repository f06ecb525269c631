using System.Diagnostics;
using System.Runtime.Versioning;
using Npgsql;
using Swath.Persistence.Embedded;

namespace Swath.Persistence.Tests.Embedded;

[UnsupportedOSPlatform("windows")]
public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string _parent = Directory.CreateDirectory($"/tmp/swath-embedded-{Guid.NewGuid().ToString("N")[..8]}").FullName;

    private string Folder => Path.Combine(_parent, "postgres");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task StartAsync_NewFolder_AnswersOnASocketAndOnNoPort()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Folder);

        Assert.False(postgres.IsAttached);
        Assert.Equal("", await SettingAsync(postgres, "listen_addresses"));
        Assert.Equal("on", await SettingAsync(postgres, "fsync"));
        Assert.Equal("on", await SettingAsync(postgres, "synchronous_commit"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(postgres.SocketFolder));
    }

    [Fact]
    public async Task StartAsync_CalledByRoot_RunsAsAnotherUser()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Folder);

        var owner = (await Testing.ExternalTool.RunAsync("ps", ["-o", "uid=", "-p", $"{postgres.ProcessId}"])).Trim();
        Assert.Equal(Environment.IsPrivilegedProcess, owner != (await Testing.ExternalTool.RunAsync("id", ["-u"])).Trim());
    }

    [Fact]
    public async Task DisposeAsync_LastUser_StopsTheServerAndKeepsTheData()
    {
        int first;
        await using (var postgres = await EmbeddedPostgres.StartAsync(Folder))
        {
            first = postgres.ProcessId;
            await ExecuteAsync(postgres, "create table kept (n int); insert into kept values (7)");
        }

        Assert.False(IsRunning(first));
        await using var again = await EmbeddedPostgres.StartAsync(Folder);
        Assert.Equal(7, await ScalarAsync(again, "select n from kept"));
    }

    [Fact]
    public async Task StartAsync_AlreadyInUse_AttachesAndTheLastToLeaveStops()
    {
        var first = await EmbeddedPostgres.StartAsync(Folder);
        var second = await EmbeddedPostgres.StartAsync(Folder);
        Assert.True(second.IsAttached);
        Assert.Equal(first.ProcessId, second.ProcessId);

        await first.DisposeAsync();
        Assert.Equal(1, await ScalarAsync(second, "select 1"));

        await second.DisposeAsync();
        Assert.False(IsRunning(first.ProcessId));
    }

    [Fact]
    public async Task StartAsync_ManyAtOnce_ShareOneServer()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => EmbeddedPostgres.StartAsync(Folder)));

        Assert.Single(all.Select(postgres => postgres.ProcessId).Distinct());
        Assert.Single(all, postgres => !postgres.IsAttached);
        await Task.WhenAll(all.Select(postgres => postgres.DisposeAsync().AsTask()));
        Assert.False(IsRunning(all[0].ProcessId));
    }

    [Fact]
    public async Task StartAsync_LastProcessWasKilledAndItsServerLives_TakesItOver()
    {
        await using (await EmbeddedPostgres.StartAsync(Folder))
        {
        }

        // What a killed process leaves: a server, and nobody who holds a lock.
        var binaries = await PostgresBinaries.FindAsync(null, CancellationToken.None);
        var account = await ServerAccount.ChooseAsync(Path.Combine(Folder, "data"), CancellationToken.None);
        await account.RunAsync(binaries.PgCtl, ["start", "-w", "-D", Path.Combine(Folder, "data"), "-l", Path.Combine(Folder, "server.log")], CancellationToken.None);

        var next = await EmbeddedPostgres.StartAsync(Folder);
        Assert.True(next.IsAttached);
        await next.DisposeAsync();
        Assert.False(IsRunning(next.ProcessId));
    }

    [SkippableFact]
    public async Task StartAsync_CallerLeftAFileOpen_TheServerDoesNotHoldIt()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It looks into /proc.");
        var file = Path.Combine(_parent, "a lock of the caller's");
        await using var lent = File.Create(file);
        Assert.True(Dup((int)lent.SafeFileHandle.DangerousGetHandle()) > 2);

        await using var postgres = await EmbeddedPostgres.StartAsync(Folder);

        var held = Directory.EnumerateFileSystemEntries($"/proc/{postgres.ProcessId}/fd").Select(entry => File.ResolveLinkTarget(entry, returnFinalTarget: false)?.FullName);
        Assert.DoesNotContain(file, held);
    }

    // Unlike .NET's own, what it returns is inherited by children.
    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "dup")]
    private static extern int Dup(int descriptor);

    [Fact]
    public async Task StartAsync_ServerKilled_RecoversWhatWasCommitted()
    {
        await using var killed = await EmbeddedPostgres.StartAsync(Folder);
        await ExecuteAsync(killed, "create table kept (n int); insert into kept values (7)");
        using (var server = Process.GetProcessById(killed.ProcessId))
        {
            server.Kill();
            await server.WaitForExitAsync();
        }

        await using var again = await EmbeddedPostgres.StartAsync(Folder);

        Assert.NotEqual(killed.ProcessId, again.ProcessId);
        Assert.Equal(7, await ScalarAsync(again, "select n from kept"));
    }

    [Fact]
    public async Task StartAsync_ProcessIdNowBelongsToAnotherProgram_StartsAllTheSame()
    {
        await using (await EmbeddedPostgres.StartAsync(Folder))
        {
        }

        var stale = Path.Combine(Folder, "data", "postmaster.pid");
        await File.WriteAllTextAsync(stale, $"{Environment.ProcessId}\n{Folder}/data\n0\n5432\n{Folder}\n\n");
        await using var again = await EmbeddedPostgres.StartAsync(Folder);

        Assert.Equal(1, await ScalarAsync(again, "select 1"));
    }

    [Fact]
    public async Task StartAsync_InitdbWasInterrupted_BeginsAgain()
    {
        await using (await EmbeddedPostgres.StartAsync(Folder))
        {
        }

        Directory.Move(Path.Combine(Folder, "data"), Path.Combine(Folder, "data.new"));
        await using var again = await EmbeddedPostgres.StartAsync(Folder);

        Assert.Equal(1, await ScalarAsync(again, "select 1"));
        Assert.False(Directory.Exists(Path.Combine(Folder, "data.new")));
    }

    [Fact]
    public async Task StartAsync_PathTooLongForASocket_PutsTheSocketElsewhere()
    {
        var deep = Path.Combine(_parent, new string('d', 100), "it's here, \u00e9");
        await using var postgres = await EmbeddedPostgres.StartAsync(deep);

        Assert.Equal(deep, postgres.Folder);
        Assert.NotEqual(deep, postgres.SocketFolder);
        Assert.Equal(1, await ScalarAsync(postgres, "select 1"));
        var sockets = postgres.SocketFolder;
        await postgres.DisposeAsync();
        await EmbeddedPostgres.RemoveAsync(deep);
        Assert.False(Directory.Exists(sockets));
    }

    [SkippableFact]
    public async Task StartAsync_FolderBelowAClosedHome_LivesWhereTheServerCanReach()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root runs the server as another user.");
        File.SetUnixFileMode(_parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var log = new RecordingLogger();

        var postgres = await EmbeddedPostgres.StartAsync(Folder, log);

        Assert.StartsWith("/var/lib/swath/postgres-", postgres.Folder, StringComparison.Ordinal);
        Assert.Contains(postgres.Folder, postgres.Notice, StringComparison.Ordinal);
        Assert.Contains(postgres.Notice, log.Messages);
        Assert.Equal(1, await ScalarAsync(postgres, "select 1"));
        await postgres.DisposeAsync();
        await EmbeddedPostgres.RemoveAsync(Folder);
        Assert.False(Directory.Exists(postgres.Folder));
    }

    [Fact]
    public async Task StartAsync_FolderHoldsOtherFiles_RefusesToTakeItOver()
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "thesis.txt"), "years of work");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(Folder));

        Assert.Contains(Folder, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_BrokenCluster_SaysWhatTheServerSaid()
    {
        await using (await EmbeddedPostgres.StartAsync(Folder))
        {
        }

        await File.AppendAllTextAsync(Path.Combine(Folder, "data", "postgresql.conf"), "no_such_setting = 1\n");
        var failure = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(Folder));

        Assert.Contains("no_such_setting", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RemoveAsync_InUse_Refuses()
    {
        await using var postgres = await EmbeddedPostgres.StartAsync(Folder);

        Assert.True(EmbeddedPostgres.IsInUse(Folder));
        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.RemoveAsync(Folder));
    }

    private static async Task<object?> ScalarAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var command = postgres.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<object?> SettingAsync(EmbeddedPostgres postgres, string name)
        => await ScalarAsync(postgres, $"select current_setting('{name}')");

    private static async Task ExecuteAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var command = postgres.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    // A process that ended counts as gone before its parent has collected it.
    private static bool IsRunning(int processId)
        => new PostmasterFile("", processId, 0, "").IsServerAliveAsync(CancellationToken.None).GetAwaiter().GetResult();
}
