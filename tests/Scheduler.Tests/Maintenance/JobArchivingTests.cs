using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Persistence.Archive;
using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Tests.Jobs;
using Swath.Testing;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Maintenance;

public sealed class JobArchivingTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swath-archiving-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task RunOnceAsync_JobsOlderThanTheSetting_AreMovedAndNoOthers()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await database.FollowAsync(clock);
        await using var process = await JobProcess.StartAsync(database.DataSource);
        var (over, underWay) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Null(await process.HandleAsync(Requested(over), Guid.NewGuid()));
        Assert.Null(await process.HandleAsync(new CancelJob { JobId = over }, Guid.NewGuid()));
        Assert.Null(await process.HandleAsync(Requested(underWay), Guid.NewGuid()));
        await using var services = new ServiceCollection().AddOptions().Configure<ArchiveOptions>(options => options.Folder = _folder.FullName).BuildServiceProvider();
        var options = services.GetRequiredService<IOptionsMonitor<ArchiveOptions>>();
        using var archiving = new JobArchiving(
            new JobArchiver(database.DataSource, process.Model, clock), options, clock, NullLogger<JobArchiving>.Instance);

        clock.Advance(TimeSpan.FromDays(31));
        await archiving.RunOnceAsync();
        Assert.Empty(_folder.GetFiles());

        options.CurrentValue.AfterDays = 32;
        await archiving.RunOnceAsync();
        Assert.Empty(_folder.GetFiles());

        options.CurrentValue.AfterDays = 30;
        await archiving.RunOnceAsync();
        Assert.Equal(1, await new ArchiveCheck(process.Model).RunAsync(Assert.Single(_folder.GetFiles()).FullName));
        Assert.Equal(underWay, await database.Database.ScalarAsync<Guid>("select job_id from jobs"));
    }
}
