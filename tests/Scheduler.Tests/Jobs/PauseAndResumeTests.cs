using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using Swath.Testing;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Jobs;

/// <summary>Pauses and resumes reach the saga over several processes and queues, and are tried again: their order is not kept on the way.</summary>
public sealed class PauseAndResumeTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    /// <summary>From before the job waited to after it ran: the way to each of these states.</summary>
    private static readonly Func<Guid, object>[] Begun = [id => Requested(id), id => Measured(id), id => Selected(id), id => Reserved(id)];

    [Fact]
    public async Task Arrival_PausesAndResumesInAnyOrder_TheOneThatWasAskedForLastCounts()
    {
        await using var process = await JobProcess.StartAsync(database.DataSource);
        var orders =
            from count in Gen.Choose(2, 5)
            from order in Gen.Shuffle(Enumerable.Range(0, count).ToArray())
            from begun in Gen.Choose(3, Begun.Length)
            from endsPaused in Gen.Elements(true, false)
            select (order, begun, endsPaused);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(orders.ToArbitrary(), given => ArriveAsync(process, given.order, given.begun, given.endsPaused).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Arrival_ResumeBeforeTheJobWaitsAndItsPauseAfter_LeavesItWaiting()
    {
        await using var process = await JobProcess.StartAsync(database.DataSource);
        var id = Guid.NewGuid();
        var pause = new PauseJob { JobId = id, AskedAt = Start };
        var resume = new ResumeJob { JobId = id, AskedAt = Start.AddMilliseconds(1) };

        foreach (var message in (object[])[Requested(id), Measured(id), resume, Selected(id), pause])
            Assert.Null(await process.HandleAsync(message, Guid.NewGuid()));

        Assert.Equal("Queued", await StateAsync(id));
    }

    [Fact]
    public async Task Arrival_OfAReleaseThatDoesNotSayWhen_CountsWhenItComes()
    {
        await using var process = await JobProcess.StartAsync(database.DataSource);
        var id = Guid.NewGuid();

        foreach (var message in (object[])[Requested(id), Measured(id), Selected(id), new PauseJob { JobId = id, AskedAt = Start }, new ResumeJob { JobId = id }, new PauseJob { JobId = id }])
            Assert.Null(await process.HandleAsync(message, Guid.NewGuid()));

        Assert.Equal("Paused", await StateAsync(id));
    }

    private async Task<bool> ArriveAsync(JobProcess process, int[] order, int begun, bool endsPaused)
    {
        var id = Guid.NewGuid();
        foreach (var message in Begun.Take(begun))
            Assert.Null(await process.HandleAsync(message(id), Guid.NewGuid()));
        foreach (var turn in order)
        {
            // By turns, so that the last one is what is wanted.
            var pause = (order.Length - 1 - turn) % 2 == 0 == endsPaused;
            var askedAt = Start.AddMilliseconds(turn);
            Assert.Null(await process.HandleAsync(pause ? new PauseJob { JobId = id, AskedAt = askedAt } : new ResumeJob { JobId = id, AskedAt = askedAt }, Guid.NewGuid()));
        }

        return await StateAsync(id) == "Paused" == endsPaused;
    }

    private Task<string?> StateAsync(Guid id) => database.Database.ScalarAsync<string>("select state from jobs where job_id = $1", id);
}
