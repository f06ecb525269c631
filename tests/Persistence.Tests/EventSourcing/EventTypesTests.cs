using Swath.Persistence.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.EventSourcing;

public sealed class EventTypesTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    /// <summary>Events as older versions wrote them. Never changed: such rows are in databases out there.</summary>
    private static readonly (string Type, string Data)[] Golden =
    [
        ("voyage-started.v1", """{"id": "0b9f6e3a-5a5c-4a5e-9b60-0d5d3f1c2a01", "vessel": "Argo"}"""),
        ("voyage-started.v2", """{"jobId": "0b9f6e3a-5a5c-4a5e-9b60-0d5d3f1c2a01", "ship": "Argo", "crew": {"master": "Iason"}}"""),
        ("voyage-started.v3", """{"jobId": "0b9f6e3a-5a5c-4a5e-9b60-0d5d3f1c2a01", "ship": "Argo", "master": "Iason"}"""),
    ];

    [Theory]
    [InlineData(0, "unknown")]
    [InlineData(1, "Iason")]
    [InlineData(2, "Iason")]
    public void Read_GoldenEventOfAnyVersion_IsTheNewestVersion(int golden, string master)
    {
        var read = Model().Types.Read(Golden[golden].Type, Golden[golden].Data);

        Assert.Equal(new VoyageStarted { JobId = Guid.Parse("0b9f6e3a-5a5c-4a5e-9b60-0d5d3f1c2a01"), Ship = "Argo", Master = master }, read);
    }

    [Theory]
    [InlineData("voyage-sunk.v1", "does not know")]
    [InlineData("voyage-started.v4", "newer")]
    public void Read_TypeOfANewerRelease_SaysWhoGoesOnWithIt(string type, string sentence)
    {
        var failure = Assert.Throws<NewerReleaseException>(() => Model().Types.Read(type, "{}"));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Contains("a process of the newer release goes on with it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoType_SaysWhatIsExpected() =>
        Assert.Contains("name.vN", Assert.Throws<EventStoreException>(() => Model().Types.Read("voyage-started", "{}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Build_VersionWithoutUpcaster_IsRefused()
    {
        var stream = new EventStreamConfigurator<Voyage>().Event<VoyageStarted>("voyage-started", version: 2);

        Assert.Contains("voyage-started.v1", Assert.Throws<EventStoreException>(() => stream.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NameOf_UnregisteredMessage_SaysHowToRegisterIt()
    {
        var failure = Assert.Throws<EventStoreException>(() => Model().Types.NameOf(new WhistleBlown { JobId = Guid.Empty }));

        Assert.Contains("Event<WhistleBlown>", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_StreamThatOlderVersionsWrote_GoesOn()
    {
        var job = Guid.NewGuid();
        await database.Database.ExecuteAsync(
            "insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, 1, gen_random_uuid(), 'voyage-started.v1', jsonb_build_object('id', $1::text, 'vessel', 'Argo'), '2020-01-01Z')", job);
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, version, updated_at) values ($1, 'Running', 1, '2020-01-01Z')", job);
        await using var process = await VoyageProcess.StartAsync(database.DataSource);

        await process.HandleAsync(new PortReached { JobId = job, Port = "Lemnos" });

        Assert.Equal("unknown", await database.Database.ScalarAsync<string>("select tenant from jobs where job_id = $1", job));
        Assert.Equal("Argo", await database.Database.ScalarAsync<string>("select name from jobs where job_id = $1", job));
    }

    private static StreamModel<Voyage> Model()
    {
        var stream = new EventStreamConfigurator<Voyage>();
        VoyageStream.Configure(stream);
        return stream.Build();
    }
}
