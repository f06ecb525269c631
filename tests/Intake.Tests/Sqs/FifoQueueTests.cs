using Swath.Intake.Sqs.Osml;
using Swath.Testing;

namespace Swath.Intake.Tests.Sqs;

/// <summary>A request queue that keeps the order of its groups, and a dead-letter queue that does, too.</summary>
public sealed class FifoQueueTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [SkippableTheory]
    [InlineData("name")]
    [InlineData("arn")]
    [InlineData("url")]
    public async Task Messages_OfAGroup_AreTakenInOrderAndARefusedOneKeepsItsGroup(string addressed)
    {
        await using var rig = await GatewayRig.CreateAsync(".fifo");
        string[] bodies = [Osml($"first-{addressed}"), $$"""{"jobId":"bad-{{addressed}}","imageUrls":[]}""", Osml($"second-{addressed}")];
        foreach (var body in bodies)
            await rig.Sqs.SendAsync(rig.QueueUrl, body, null, "harbour", Guid.NewGuid().ToString(), CancellationToken.None);

        await rig.StartAsync(database.DataSource, options => options.Queue = addressed switch
        {
            "arn" => AwsMessagingEmulator.ArnOf(rig.Queue),
            "url" => rig.QueueUrl,
            _ => rig.Queue,
        });
        foreach (var step in (string[])[$"(first-{addressed}) was requested", "can't be a job", $"(second-{addressed}) was requested"])
            await rig.Log.WaitForAsync(step);
        var dead = Assert.Single(await rig.TakeAsync(rig.DeadLetterUrl, 1));
        await rig.StopAsync();

        Assert.Equal((bodies[1], "harbour"), (dead.Body, dead.SystemAttributes["MessageGroupId"]));
        Assert.Equal(0, await rig.RemainingAsync());
        Guid[] jobs = [OsmlJobId.Of($"first-{addressed}").JobId, OsmlJobId.Of($"second-{addressed}").JobId];
        Assert.Equal(2L, await database.Database.ScalarAsync<long>("select count(*) from submissions where job_id = any($1)", jobs));
    }

    private static string Osml(string jobId) =>
        $$"""{"jobId":"{{jobId}}","imageUrls":["/images/a.tif"],"imageProcessor":{"name":"ships"},"outputs":[{"type":"S3","bucket":"b","prefix":"p"}]}""";
}
