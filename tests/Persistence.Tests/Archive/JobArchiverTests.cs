using Npgsql;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Archive;

/// <summary>Moving jobs to files and back, on real PostgreSQL and a real folder.</summary>
public sealed class JobArchiverTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swath-archive-");
    private TestDatabase _database = null!;
    private VoyageProcess _process = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabaseAsync();
        _process = await VoyageProcess.StartAsync(_database.DataSource);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_JobsThatAreOver_LeaveForAFileAndComeBackAsTheyWere()
    {
        Guid[] over = [await SailAsync(), await SailAsync(), await SailAsync()];
        var underWay = await SailAsync(toTheEnd: false);
        await _database.ExecuteAsync(
            "insert into submissions (tenant, key, job_id, hash, name, image_url, endpoint, priority) values ('t', 'own', $1, '\\x0102', 'n', 'i', 'e', 5)", over[0]);
        await _database.ExecuteAsync("insert into tile_results (job_id, region_id, x, y, width, height, attempt, features, payload) values ($1, 0, 0, 0, 8, 8, 1, 0, '')", over[0]);
        var before = await TextAsync();

        var outcome = await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");

        Assert.Equal(new ArchiveOutcome(3, 1), outcome);
        var file = Assert.Single(_folder.GetFiles()).FullName;
        Assert.Equal(3, await new ArchiveCheck(Model).RunAsync(file));
        Assert.Equal(underWay, await _database.ScalarAsync<Guid>("select max(job_id::text)::uuid from jobs having count(*) = 1"));
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from tile_results"));
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from submissions"));
        Assert.Equal("archived 3 tester", await _database.ScalarAsync<string>("select concat_ws(' ', kind, jobs, who) from job_removals"));
        Assert.Empty((await _process.Get<SagaVerify>().CompareAsync()).Differences);
        Assert.Equal(Path.GetFileName(file), (await new DepartedJobs(_database.DataSource).FindAsync(over[1], default))?.File);

        Assert.Equal(3, await Import.RunAsync(file, "tester"));

        Assert.Equal(before, await TextAsync());
        Assert.Empty((await _process.Get<SagaVerify>().CompareAsync()).Differences);
        Assert.Null(await new DepartedJobs(_database.DataSource).FindAsync(over[1], default));
        var refused = await Assert.ThrowsAsync<ArchiveException>(() => Import.RunAsync(file, "tester"));
        Assert.Contains("in the database already", refused.Message, StringComparison.Ordinal);

        // They count from now, so that the next hour does not take them away again.
        Assert.Equal(0, (await Archiver.RunAsync(TimeSpan.FromHours(1), _folder.FullName, "tester"))!.Jobs);
        Assert.Equal(3, (await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester"))!.Jobs);
    }

    [Fact]
    public async Task Run_KilledBeforeTheJobsLeft_ThrowsTheFileAwayAndBeginsAnew()
    {
        await SailAsync();
        await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");
        var name = Path.GetFileNameWithoutExtension(Assert.Single(_folder.GetFiles()).Name);
        await SailAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, $"{name}0.jsonl.partial"), "half of");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "swath-00000000-other.jsonl.partial"), "of another database");

        var outcome = await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");

        Assert.Equal(new ArchiveOutcome(1, 1), outcome);
        Assert.Equal("swath-00000000-other.jsonl.partial", Assert.Single(_folder.GetFiles("*.partial")).Name);
        Assert.Equal(2, _folder.GetFiles("*.jsonl").Length);
    }

    [Fact]
    public async Task Run_KilledAfterTheJobsLeft_GivesTheFileItsName()
    {
        await SailAsync();
        await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");
        var file = Assert.Single(_folder.GetFiles()).FullName;
        File.Move(file, $"{file}.partial");

        var outcome = await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");

        Assert.Equal(new ArchiveOutcome(1, 1), outcome);
        Assert.Equal(file, Assert.Single(_folder.GetFiles()).FullName);
        Assert.Equal(1, await new ArchiveCheck(Model).RunAsync(file));
    }

    [Fact]
    public async Task Run_JobThatGoesOnMeanwhile_StaysAndIsInNoFile()
    {
        var (stays, leaves) = (await SailAsync(), await SailAsync());
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var append = new NpgsqlCommand(
            """
            with appended as (insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, 4, gen_random_uuid(), 'voyage-ended.v1', jsonb_build_object('jobId', $1), now()))
            update jobs set version = 4 where job_id = $1
            """, connection))
        {
            append.Parameters.AddWithValue(stays);
            await append.ExecuteNonQueryAsync();
        }

        var running = Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");
        while (await _database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
            await Task.Yield();
        await transaction.CommitAsync();

        Assert.Equal(1, (await running)!.Jobs);
        Assert.Equal(4L, await _database.ScalarAsync<long>("select count(*) from job_events where job_id = $1", stays));
        Assert.DoesNotContain(stays.ToString(), await File.ReadAllTextAsync(Assert.Single(_folder.GetFiles()).FullName), StringComparison.Ordinal);
        Assert.NotNull(await new DepartedJobs(_database.DataSource).FindAsync(leaves, default));
    }

    [Theory]
    [InlineData("\"Lemnos\"", "\"Lesbos\"", "was changed")]
    [InlineData("\"version\": 2,", "\"version\": 7,", "has no event 2")]
    [InlineData("\"Sha256\":", "\"Sha\":", "has no end")]
    public async Task Check_FileThatWasChanged_SaysWhat(string text, string other, string sentence)
    {
        await SailAsync();
        await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");
        var file = Assert.Single(_folder.GetFiles()).FullName;
        var content = await File.ReadAllTextAsync(file);
        Assert.Contains(text, content, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, content.Replace(text, other, StringComparison.Ordinal));

        var damage = await Assert.ThrowsAsync<ArchiveException>(() => new ArchiveCheck(Model).RunAsync(file));
        var refused = await Assert.ThrowsAsync<ArchiveException>(() => Import.RunAsync(file, "tester"));

        Assert.Contains(sentence, damage.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from jobs"));
    }

    [Fact]
    public async Task Handle_MessageToAJobThatWasArchived_DoesNotBringItBack()
    {
        var job = await SailAsync();
        await Archiver.RunAsync(TimeSpan.Zero, _folder.FullName, "tester");

        var refused = await Record.ExceptionAsync(() => _process.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" }));

        Assert.NotNull(refused);
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from job_events"));
    }

    private StreamModel Model => _process.Get<StreamModel>();

    private JobArchiver Archiver => new(_database.DataSource, Model, TimeProvider.System);

    private ArchiveImport Import => new(_database.DataSource, Model);

    private async Task<Guid> SailAsync(bool toTheEnd = true)
    {
        var job = Guid.NewGuid();
        await _process.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" });
        await _process.HandleAsync(new PortReached { JobId = job, Port = "Lemnos", Cargo = 3 });
        if (toTheEnd)
            await _process.HandleAsync(new VoyageEnded { JobId = job });
        await _process.SettleAsync();
        return job;
    }

    private async Task<string?> TextAsync() => await _database.ScalarAsync<string>(
        """
        select (select string_agg(j::text, e'\n' order by j.job_id) from jobs j)
            || (select string_agg((to_jsonb(e) - array['outgoing', 'txid', 'seq'])::text, e'\n' order by e.job_id, e.version) from job_events e)
            || (select string_agg(s::text, e'\n') from submissions s)
        """);
}
