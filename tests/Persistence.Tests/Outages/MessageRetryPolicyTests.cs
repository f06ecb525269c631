using MassTransit;
using MassTransit.Middleware;
using Npgsql;
using Swath.Persistence.Outages;

namespace Swath.Persistence.Tests.Outages;

public sealed class MessageRetryPolicyTests
{
    private static readonly NpgsqlException Away = new("Failed to connect.", new TimeoutException());
    private static readonly ConcurrencyException Conflict = new("moved on", typeof(object), Guid.Empty);
    private readonly MessageRetryPolicy _policy = new(
        null, RetryRule.Never<FormatException>(), RetryRule.Conflicts(10),
        RetryRule.For<InvalidDataException>(8, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), failure => failure.Message == "away"), RetryRule.Others(4));

    [Fact]
    public void CanRetry_DatabaseAway_ForAsLongAsItLasts() => Assert.Equal(5_000, RetriesOf(Enumerable.Repeat<Exception>(Away, 5_000)));

    [Fact]
    public void CanRetry_Conflicts_AsOftenAsSet() => Assert.Equal(10, RetriesOf(Enumerable.Repeat<Exception>(Conflict, 100)));

    [Fact]
    public void CanRetry_OtherFailures_AsOftenAsSet() => Assert.Equal(4, RetriesOf(Enumerable.Repeat<Exception>(new IOException(), 100)));

    [Fact]
    public void CanRetry_FailuresOfARuleOfTheirOwn_AreCountedApartFromAllOthersAndFromAbsences()
    {
        var own = Enumerable.Repeat<Exception>(new InvalidDataException("away"), 8);
        var others = Enumerable.Repeat<Exception>(new InvalidDataException("broken"), 4);
        Assert.Equal(8 + 4 + 3, RetriesOf([.. own, .. others, Away, Away, Away, new InvalidDataException("away")]));
        Assert.Equal(8 + 4, RetriesOf([.. others, .. own, new IOException(), Away]));
    }

    [Fact]
    public void Delay_FailuresOfARuleOfTheirOwn_AreAsFarApartAsItSays()
    {
        using var context = _policy.CreatePolicyContext(new Pipe());
        Assert.True(context.CanRetry(new InvalidDataException("away"), out var retry));
        List<double> pauses = [retry.Delay!.Value.TotalSeconds];
        while (retry.CanRetry(new InvalidDataException("away"), out retry))
            pauses.Add(retry.Delay!.Value.TotalSeconds);

        Assert.Equal(8, pauses.Count);
        Assert.InRange(pauses[0], 0.75, 1);
        Assert.InRange(pauses[^1], 45, 60);
        Assert.InRange(pauses.Sum(), 137, 183);
    }

    [Fact]
    public void CanRetry_Hopeless_Never() => Assert.Equal(0, RetriesOf([new FormatException()]));

    [Fact]
    public void CanRetry_FailuresBetweenAbsences_AreCountedApart()
    {
        var mixed = Enumerable.Range(0, 50).SelectMany<int, Exception>(n => n < 4 ? [Away, new IOException(), Away, Conflict] : [Away, Away]);
        Assert.Equal(16 + 92, RetriesOf(mixed.Append(new IOException()).Append(Away)));
    }

    [Fact]
    public void Delay_DatabaseAwayForLong_StaysBelowFiveSeconds()
    {
        using var context = _policy.CreatePolicyContext(new Pipe());
        Assert.True(context.CanRetry(Away, out var retry));
        for (var tries = 0; tries < 1_000; tries++)
        {
            Assert.InRange(retry.Delay!.Value, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));
            Assert.True(retry.CanRetry(Away, out retry));
        }
    }

    private int RetriesOf(IEnumerable<Exception> failures)
    {
        using var context = _policy.CreatePolicyContext(new Pipe());
        RetryContext<Pipe>? last = null;
        var retries = 0;
        foreach (var failure in failures)
        {
            if (!(last is null ? context.CanRetry(failure, out last) : last.CanRetry(failure, out last)))
                return retries;
            retries++;
        }

        return retries;
    }

    private sealed class Pipe : BasePipeContext, PipeContext;
}
