using FsCheck;
using FsCheck.Fluent;
using Swath.Persistence.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.EventSourcing;

public sealed class EventSourcingProperties(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(120);

    [Fact]
    public async Task AnySequence_FoldOfItsEvents_IsItsRow()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);

        Check.One(Cases, Prop.ForAll(RandomVoyage.Of(), voyage =>
        {
            var job = Guid.NewGuid();
            foreach (var message in voyage)
                process.HandleAsync((dynamic)For(job, message)).GetAwaiter().GetResult();
        }));

        var verification = await process.Get<SagaVerify>().CompareAsync();
        Assert.Empty(verification.Differences);
        Assert.True(verification.Streams >= 120);
    }

    [Fact]
    public async Task RedeliveredMessages_InAnyOrder_AreAcceptedOnce()
    {
        await using var first = await VoyageProcess.StartAsync(database.DataSource);
        await using var second = await VoyageProcess.StartAsync(database.DataSource);

        Check.One(Cases, Prop.ForAll(RandomVoyage.Of(), voyage =>
        {
            var job = Guid.NewGuid();
            var messages = voyage.Select(v => (Id: Guid.NewGuid(), Message: For(job, v))).ToArray();
            foreach (var (id, message) in messages)
                first.HandleAsync((dynamic)message, id).GetAwaiter().GetResult();
            var before = first.Get<EventHistory>().ReadAsync(job).GetAwaiter().GetResult();
            var accepted = before.Select(e => e.MessageId).ToHashSet();

            // What was accepted once changes nothing when it comes again, whoever gets it and in whatever order.
            foreach (var (id, message) in messages.Reverse().Where(m => accepted.Contains(m.Id)))
                ((Task)(id.GetHashCode() % 2 == 0 ? first : second).HandleAsync((dynamic)message, id)).GetAwaiter().GetResult();

            Assert.Equal(before, first.Get<EventHistory>().ReadAsync(job).GetAwaiter().GetResult());
        }));
    }

    private static object For(Guid job, object message) => message switch
    {
        VoyageStarted m => m with { JobId = job },
        PortReached m => m with { JobId = job },
        VoyageHeld m => m with { JobId = job },
        VoyageResumed m => m with { JobId = job },
        VoyageEnded m => m with { JobId = job },
        WhistleBlown m => m with { JobId = job },
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };
}
