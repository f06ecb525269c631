using Swath.EndToEnd.Tests.Scaling;

namespace Swath.EndToEnd.Tests.Door;

/// <summary>What a release stored that published the saga's messages, delivered by one that sends them.</summary>
public sealed class UpgradeTests
{
    // As the earlier release has it in the outbox, not delivered yet.
    private const string AsPublished =
        """
        with stored as (delete from message_pending returning *)
        insert into outbox (message_id, job_id, destination, message, enqueued_at, due_at)
        select message_id, job_id, 'urn:message:Swath.Contracts:ImageRequested',
               jsonb_set(message::jsonb, '{destination}', '"urn:message:Swath.Contracts:ImageRequested"')::json, due_at, due_at from stored
        """;

    [Fact]
    public async Task Outbox_RequestThatWasToBePublished_ReachesTheSaga()
    {
        await using var fleet = await Fleet.CreateAsync();
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        var job = FleetJob.Create(fleet.Cli, FleetJob.WriteImages(fleet.Cli, 1)[0], model, delayMilliseconds: 0);
        await fleet.Cli.RunAsync(
            "submit", job.Request.ImageUrl, "--endpoint", job.Request.Endpoint.Name, "--output", job.Result, "--id", job.Request.JobId.ToString());
        await fleet.Database.ExecuteAsync(AsPublished);
        Assert.Equal(1L, await fleet.Database.ScalarAsync<long>("select count(*) from outbox where job_id = $1 and destination like 'urn:%'", job.Request.JobId));

        await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");

        await fleet.UntilAsync<string>("the job is completed", state => state == "Completed", "select state from jobs where job_id = $1", job.Request.JobId);
    }
}
