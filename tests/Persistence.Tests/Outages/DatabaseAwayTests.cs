using System.Net.Sockets;
using Npgsql;
using Swath.Persistence.Outages;

namespace Swath.Persistence.Tests.Outages;

public sealed class DatabaseAwayTests
{
    [Theory]
    [InlineData("57P01")] // the server was told to end
    [InlineData("57P02")]
    [InlineData("57P03")] // it starts, or recovers
    [InlineData("57014")] // no time
    [InlineData("08006")]
    [InlineData("53100")] // no room
    [InlineData("53300")]
    [InlineData("58030")]
    [InlineData("25006")] // a standby answers
    [InlineData("40P01")]
    public void IsCauseOf_WhatOnlyThisMomentCanHelp_Is(string state) => Assert.True(DatabaseAway.IsCauseOf(Refusal(state)));

    [Theory]
    [InlineData("23505")]
    [InlineData("23514")]
    [InlineData("42P01")]
    [InlineData("22P02")]
    public void IsCauseOf_WhatWasAskedWrongly_IsNot(string state) => Assert.False(DatabaseAway.IsCauseOf(Refusal(state)));

    [Fact]
    public void IsCauseOf_BrokenConnections_Is()
    {
        Assert.True(DatabaseAway.IsCauseOf(new NpgsqlException("Failed to connect.", new SocketException(111))));
        Assert.True(DatabaseAway.IsCauseOf(new NpgsqlException("The connection pool has been exhausted.", new TimeoutException())));
        Assert.True(DatabaseAway.IsCauseOf(new AggregateException(new NpgsqlException("Exception while reading from stream", new EndOfStreamException()))));
        Assert.True(DatabaseAway.IsCauseOf(new InvalidOperationException("It could not be stored.", Refusal("57P01"))));
    }

    [Fact]
    public async Task IsCauseOf_HostWhoseNameIsUnknown_Is()
    {
        // No name can have a part of 64 letters: the resolver says so without asking anybody.
        await using var database = NpgsqlDataSource.Create($"Host={new string('a', 64)}.invalid;Database=swath;Username=swath");

        var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await database.OpenConnectionAsync());

        Assert.True(DatabaseAway.IsCauseOf(failure), failure.ToString());
    }

    [Fact]
    public void IsCauseOf_OthersThatAreAway_IsNot()
    {
        Assert.False(DatabaseAway.IsCauseOf(new SocketException(111)));
        Assert.False(DatabaseAway.IsCauseOf(new IOException("The disk is full.")));
        Assert.False(DatabaseAway.IsCauseOf(new TimeoutException()));
        Assert.False(DatabaseAway.IsCauseOf(new OperationCanceledException()));
    }

    private static PostgresException Refusal(string state) => new("no", "ERROR", "ERROR", state);
}
