using Swath.EndToEnd.Tests.Scaling;

namespace Swath.EndToEnd.Tests.Door;

/// <summary>A job that failed for want of its image, requested again under its id when the image is there.</summary>
public sealed class ResubmissionTests
{
    [Fact]
    public async Task Request_OfAJobThatFailedBeforeItBegan_CompletesUnderTheSameId()
    {
        await using var fleet = await Fleet.CreateAsync();
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        var image = FleetJob.WriteImages(fleet.Cli, 1)[0];
        var job = FleetJob.Create(fleet.Cli, image, model, delayMilliseconds: 0);
        var api = await Fleet.ApiOfAsync(await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0"));
        File.Move(image, $"{image}.away");
        await fleet.SubmitAsync(api, job.Request);
        await UntilAsync(fleet, job, "Failed");
        File.Move($"{image}.away", image);

        await fleet.SubmitAsync(api, job.Request);

        await UntilAsync(fleet, job, "Completed");
        Assert.Equal(1L, await fleet.Database.ScalarAsync<long>("select count(*) from job_events where job_id = $1 and type = 'job-resubmitted.v1'", job.Request.JobId));
        Assert.NotEmpty(job.Features());
        var verified = await fleet.Cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());

        // Once more: it is the same job, and is done.
        await fleet.SubmitAsync(api, job.Request);
        Assert.Equal("Completed", await fleet.Database.ScalarAsync<string>("select state from jobs where job_id = $1", job.Request.JobId));
    }

    private static Task<string> UntilAsync(Fleet fleet, FleetJob job, string wanted) =>
        fleet.UntilAsync<string>($"the job is {wanted}", state => state == wanted, "select state from jobs where job_id = $1", job.Request.JobId);
}
