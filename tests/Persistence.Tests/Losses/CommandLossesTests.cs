using Swath.Persistence.Losses;
using Swath.Testing;

namespace Swath.Persistence.Tests.Losses;

public sealed class CommandLossesTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task EnterAsync_CommandInHandAlready_IsNotBegunTwice()
    {
        using var losses = new CommandLosses(database.Database.DataSource);
        var job = Guid.NewGuid();

        using (var first = await losses.EnterAsync(job, CommandLosses.Measuring, CancellationToken.None))
        {
            Assert.NotNull(first);
            Assert.Null(await losses.EnterAsync(job, CommandLosses.Measuring, CancellationToken.None));
        }

        using var later = await losses.EnterAsync(job, CommandLosses.Measuring, CancellationToken.None);
        Assert.NotNull(later);
    }

    [Fact]
    public async Task EnterAsync_CommandThatWasLostBefore_WorksAlone()
    {
        var lost = Guid.NewGuid();
        using var lostProcess = new CommandLosses(database.Database.DataSource);
        await lostProcess.BeginAsync(lost, CommandLosses.Measuring, CancellationToken.None);
        using var losses = new CommandLosses(database.Database.DataSource);
        var neighbour = await losses.EnterAsync(Guid.NewGuid(), CommandLosses.Measuring, CancellationToken.None);

        var waiting = losses.EnterAsync(lost, CommandLosses.Measuring, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        neighbour!.Dispose();
        using var alone = await waiting;
        using var impatient = new CancellationTokenSource();
        var other = losses.EnterAsync(Guid.NewGuid(), CommandLosses.Assembling, impatient.Token);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }
}
