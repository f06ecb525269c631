using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Sqs.Osml;
using Swath.Testing;

namespace Swath.Intake.Tests.Sqs;

/// <summary>Whoever waits for a job is told when its request never becomes one.</summary>
public sealed class RefusedRequestTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private const string JobId = "6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c";

    // In both forms, as far as each says which job it is for.
    private static readonly (string Body, string Job, string? Image, string Reason)[] Refused =
    [
        ("""{"jobId":"no-output","imageUrls":["s3://b/a.tif"],"imageProcessor":{"name":"ships"}}""", "no-output", "no-output:s3://b/a.tif", "outputs"),
        ("""{"jobId":"two-images","imageUrls":["s3://b/a.tif","s3://b/b.tif"]}""", "two-images", null, "imageUrls"),
        ($$$"""{"messageType":["urn:message:Swath.Contracts:ImageRequested"],"message":{"jobId":"{{{JobId}}}","imageUrl":"/a.tif","endpoint":{"name":"http://127.0.0.1:1/"},"outputs":[]}}""",
            JobId, $"{JobId}:/a.tif", "outputs"),
        ($$$"""{"messageType":["urn:message:Swath.Contracts:JobCompleted"],"message":{"jobId":"{{{JobId}}}","externalId":"harbour-7"}}""", "harbour-7", null, "messageType"),
    ];

    [SkippableFact]
    public async Task Message_RefusedThatNamesItsJob_TellsThatItFailedBeforeItIsDead()
    {
        await using var rig = await GatewayRig.CreateAsync();
        var (topic, heard) = await TopicAsync();
        foreach (var (body, _, _, _) in Refused)
            await rig.SendAsync(body);

        await rig.StartAsync(database.DataSource, topic: topic);

        Assert.Equal(Refused.Select(refused => refused.Body).Order(), (await rig.TakeAsync(rig.DeadLetterUrl, Refused.Length)).Select(message => message.Body).Order());
        var told = await rig.TakeAsync(heard, Refused.Length);
        Assert.All(Refused, refused =>
        {
            var message = Assert.Single(told, message => Attribute(message, "job_id") == refused.Job);
            Assert.StartsWith($"StatusMonitor update: FAILED {refused.Job}: The request was refused: ", message.Body, StringComparison.Ordinal);
            Assert.Contains(refused.Reason, message.Body, StringComparison.Ordinal);
            Assert.Equal(("FAILED", "FAILED", refused.Image), (Attribute(message, "status"), Attribute(message, "image_status"), Attribute(message, "image_id")));
        });
    }

    /// <summary>The job that there is goes on: that it failed would be untrue.</summary>
    [SkippableFact]
    public async Task Message_RefusedUnderTheIdOfAJobThatThereIs_TellsNothing()
    {
        await using var rig = await GatewayRig.CreateAsync();
        var (topic, heard) = await TopicAsync();
        const string sound = """{"jobId":"taken","imageUrls":["/a.tif"],"imageProcessor":{"name":"ships"},"outputs":[{"type":"S3","bucket":"b","prefix":"p"}]}""";
        await rig.StartAsync(database.DataSource, topic: topic);
        await rig.SendAsync(sound);
        await rig.Log.WaitForAsync("was requested by message");

        await rig.SendAsync(sound.Replace("a.tif", "b.tif", StringComparison.Ordinal));
        await rig.SendAsync("""{"jobId":"taken","imageUrls":["/a.tif"]}""");
        Assert.Equal(2, (await rig.TakeAsync(rig.DeadLetterUrl, 2)).Count);

        // One of another job, so that silence is no matter of patience.
        await rig.SendAsync("""{"jobId":"not-taken","imageUrls":["/a.tif"]}""");
        Assert.Equal("not-taken", Attribute(Assert.Single(await rig.TakeAsync(heard, 1)), "job_id"));
        await rig.StopAsync();
        Assert.Empty(await rig.Sqs.ReceiveAsync(heard, 10, TimeSpan.Zero, TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(1L, await database.Database.ScalarAsync<long>("select count(*) from submissions where job_id = $1", OsmlJobId.Of("taken").JobId));
    }

    /// <summary>Told before it is put away: it stays until the topic is there.</summary>
    [SkippableFact]
    public async Task Message_RefusedWhileTheTopicIsMissing_StaysInItsQueue()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await rig.SendAsync("""{"jobId":"untold","imageUrls":["/a.tif"]}""");

        await rig.StartAsync(database.DataSource, topic: $"arn:aws:sns:{AwsEmulators.Region}:{AwsEmulators.Account}:no-such-topic");
        await rig.Log.WaitForAsync("could not be settled and comes again");
        await rig.StopAsync();

        Assert.Equal(1, await rig.RemainingAsync());
        Assert.Empty(await rig.Sqs.ReceiveAsync(rig.DeadLetterUrl, 1, TimeSpan.Zero, TimeSpan.Zero, CancellationToken.None));
    }

    private static async Task<(string Topic, string QueueUrl)> TopicAsync()
    {
        var name = $"refused-{Guid.NewGuid():N}";
        var topic = await AwsMessagingEmulator.CreateTopicAsync(name);
        var url = await AwsMessagingEmulator.CreateQueueAsync(name);
        await AwsMessagingEmulator.SubscribeAsync(topic, name);
        return (topic, url);
    }

    private static string? Attribute(SqsMessage message, string name) => message.Attributes.GetValueOrDefault(name)?.StringValue;
}
