using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Swath.Persistence.Notifications;
using Swath.Testing;

namespace Swath.Persistence.Tests.Notifications;

public sealed class NotificationSenderTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly NotificationSender _sender = new(database.DataSource, NullLogger<NotificationSender>.Instance);

    [Fact]
    public async Task Send_ManyAtOnce_ReachesAnotherProcessTogether()
    {
        using var other = new Ear(database.DataSource, "many", sender: null);
        await other.ListeningAsync();

        for (var i = 0; i < 100; i++)
            _sender.Send("many", i % 2 == 0 ? "even" : "odd");
        await _sender.FlushAsync();
        _sender.Send("many", "last");

        // The first goes at once, those behind it as one of each.
        var heard = new List<string>();
        while (heard.Count == 0 || heard[^1] != "last")
            heard.Add((await other.NextAsync())!);
        Assert.Superset(new HashSet<string>(["even", "odd", "last"]), heard.ToHashSet());
        Assert.InRange(heard.Count, 3, 20);
    }

    [Fact]
    public async Task Send_ListenerOfThisProcess_HearsItAtOnceAndOnce()
    {
        using var own = new Ear(database.DataSource, "own", _sender);
        await own.ListeningAsync();

        _sender.Send("own", "first");
        Assert.Equal("first", own.Heard());
        await _sender.FlushAsync();
        await database.Database.ExecuteAsync("select pg_notify('own', 'from elsewhere')");

        Assert.Equal("from elsewhere", await own.NextAsync());
    }

    [Fact]
    public async Task Send_NotificationOfAnotherProcess_IsHeard()
    {
        using var own = new Ear(database.DataSource, "two", _sender);
        await own.ListeningAsync();

        new NotificationSender(database.DataSource, NullLogger<NotificationSender>.Instance).Send("two", "theirs");

        Assert.Equal("theirs", await own.NextAsync());
    }

    [Fact]
    public async Task Send_DatabaseAway_IsLostInSilenceAndTheNextArrives()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=/tmp/no-such-folder;Username=nobody");
        var sender = new NotificationSender(nowhere, NullLogger<NotificationSender>.Instance);
        using var own = new Ear(nowhere, "away", sender);
        await own.StartAsync(CancellationToken.None);

        sender.Send("away", "one");
        await sender.FlushAsync();
        sender.Send("away", "two");
        await sender.FlushAsync();

        Assert.Equal(("one", "two"), (own.Heard(), own.Heard()));
    }

    private sealed class Ear(NpgsqlDataSource database, string channel, NotificationSender? sender)
        : NotificationListener(database, TimeProvider.System, NullLogger.Instance, sender)
    {
        private readonly Channel<string?> _heard = System.Threading.Channels.Channel.CreateUnbounded<string?>();

        protected override string Channel => channel;

        protected override string MeaningOfSilence => "the test fails";

        public async Task ListeningAsync()
        {
            await StartAsync(CancellationToken.None);
            Assert.Null(await NextAsync());
        }

        public string? Heard() => _heard.Reader.TryRead(out var payload) ? payload : throw new InvalidOperationException("Nothing was heard.");

        public async Task<string?> NextAsync() => await _heard.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

        protected override void Heard(string? payload) => _heard.Writer.TryWrite(payload);
    }
}
