using System.Globalization;
using System.Text.Json;
using Swath.Endpoints.Aws.Sqs;
using Swath.EndToEnd.Tests.Scaling;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>Swath in the place of osml-model-runner: requests by SQS, images and results in S3, status by SNS.</summary>
public sealed class OsmlRequestsTests
{
    private const int Jobs = 20;

    [SkippableFact]
    public async Task Requests_Twenty_AreInTheBucketAndWereToldInOrder()
    {
        await using var aws = await AwsSite.CreateAsync("osml");
        await using var fleet = await Fleet.CreateAsync(aws.Settings);
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        await aws.UploadImagesAsync(fleet.Cli);
        var process = await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");

        for (var n = 0; n < Jobs; n++)
            await aws.RequestAsync($"harbour/{n}", n, model.Url);
        await aws.RequestAsync("harbour/0", 0, model.Url);
        var told = await aws.ToldAsync(enough: messages => messages.Count(message => IsOfJob(message) && Status(message) == "SUCCESS") == Jobs);
        process.Terminate();
        var outcome = await process.WaitAsync();

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        for (var n = 0; n < Jobs; n++)
        {
            Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], told.Where(message => JobOf(message) == $"harbour/{n}" && IsOfJob(message)).Select(Status));
            Assert.Equal(AwsSite.ExpectedFeatures(n), await aws.FeaturesAsync($"harbour/{n}"));
        }
        Assert.Equal(Jobs, told.Count(message => !IsOfJob(message) && Status(message) == "SUCCESS"));
        Assert.Equal((long)Jobs, await fleet.Database.ScalarAsync<long>("select count(*) from jobs"));
        Assert.Equal(0, await aws.WaitingRequestsAsync());
    }

    [SkippableFact]
    public async Task Requests_ProcessKilledInTheMiddle_AreAllToldInOrderAtLeastOnce()
    {
        await using var aws = await AwsSite.CreateAsync("osml-killed");
        await using var fleet = await Fleet.CreateAsync(aws.Settings);
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        await aws.UploadImagesAsync(fleet.Cli);
        var killed = await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");
        for (var n = 0; n < Jobs; n++)
            await aws.RequestAsync($"killed-{n}", n, $"{model.Url}?delay=20");

        var told = await aws.ToldAsync(enough: messages => messages.Any(message => IsOfJob(message) && Status(message) == "SUCCESS"));
        await killed.KillAsync();
        await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");
        told.AddRange(await aws.ToldAsync(enough: messages => told.Concat(messages)
            .Where(message => IsOfJob(message) && Status(message) == "SUCCESS").Select(JobOf).Distinct().Count() == Jobs));

        foreach (var job in Enumerable.Range(0, Jobs).Select(n => $"killed-{n}"))
        {
            // What was published and not yet noted comes again: a repetition of the last, never of an earlier one, and none is missing.
            var statuses = told.Where(message => JobOf(message) == job && IsOfJob(message)).Select(Status).ToList();
            Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], statuses.Where((status, place) => place == 0 || statuses[place - 1] != status));
        }
        for (var n = 0; n < Jobs; n++)
            Assert.Equal(AwsSite.ExpectedFeatures(n), await aws.FeaturesAsync($"killed-{n}"));
    }

    [SkippableFact]
    public async Task Requests_Poison_EndInTheDeadLetterQueueOrAsFailedJobsWithAReason()
    {
        await using var aws = await AwsSite.CreateAsync("osml-poison");
        await using var fleet = await Fleet.CreateAsync(aws.Settings);
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        await aws.UploadImagesAsync(fleet.Cli);
        await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");
        string[] dead = ["not JSON", "[]", aws.Body("two-images", 0, model.Url, ("imageUrls", "[\"s3://a/b\",\"s3://c/d\"]"))];
        (string Job, string Body, string Reason)[] failing =
        [
            ("bad-wkt", aws.Body("bad-wkt", 0, model.Url, ("regionOfInterest", "\"POLYGON ((1 2, 3\"")), "InvalidRegionOfInterest"),
            ("elsewhere", aws.Body("elsewhere", 0, model.Url, ("regionOfInterest", "\"POINT (100 10)\"")), "InvalidRegionOfInterest"),
            ("no-such-image", aws.Body("no-such-image", 0, model.Url, ("imageUrls", "[\"s3://osml-poison/none.tif\"]")), "NotFound"),
            ("no-image", aws.Body("no-image", 0, model.Url, ("imageUrls", "[\"s3://osml-poison/text.txt\"]")), "NotAnImage"),
        ];

        foreach (var body in dead.Concat(failing.Select(job => job.Body)))
            await aws.SendAsync(body);
        await aws.RequestAsync("good", 0, model.Url);
        var told = await aws.ToldAsync(enough: messages => messages.Count(message => IsOfJob(message) && Status(message) is "SUCCESS" or "FAILED") == failing.Length + 2);

        Assert.Equal(dead.Order(StringComparer.Ordinal), (await aws.DeadAsync(dead.Length)).Order(StringComparer.Ordinal));
        Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], told.Where(message => JobOf(message) == "good" && IsOfJob(message)).Select(Status));

        // What is refused never begins; who waits for the job that it names hears of it.
        Assert.Equal(["FAILED"], told.Where(message => JobOf(message) == "two-images").Select(Status));
        foreach (var (job, _, reason) in failing)
        {
            var ofJob = told.Where(message => JobOf(message) == job).ToList();
            Assert.Equal(["STARTED", "FAILED"], ofJob.Select(Status));
            Assert.Contains(reason, ofJob[^1].Body, StringComparison.Ordinal);
        }
    }

    private static string Status(SqsMessage message) => message.Attributes["status"].StringValue!;

    private static string JobOf(SqsMessage message) => message.Attributes["job_id"].StringValue!;

    private static bool IsOfJob(SqsMessage message) => message.Attributes.ContainsKey("image_status");
}
