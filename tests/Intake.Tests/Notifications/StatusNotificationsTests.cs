using Swath.Contracts;
using Swath.Intake.Notifications;

namespace Swath.Intake.Tests.Notifications;

public sealed class StatusNotificationsTests
{
    private static readonly Guid Job = Guid.Parse("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c");

    [Fact]
    public void Of_WholeJob_TellsItInOrder()
    {
        var story = Story.OfTwoRegions(Job);
        story.Happened(story.Region(0), story.Region(1), new JobCompleted { JobId = Job, Features = 6, Results = ["/out/a.geojson"] });

        var told = StatusNotifications.Of(story.Told());

        Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS", "SUCCESS", "SUCCESS"], told.Select(notification => notification.Status));
        Assert.Equal([false, false, true, true, false], told.Select(notification => notification.OfRegion));
        Assert.Equal("StatusMonitor update: STARTED testId1: The request was accepted", told[0].Message);
        Assert.Equal(new Dictionary<string, string>
        {
            ["status"] = "STARTED",
            ["job_id"] = "testId1",
            ["image_id"] = "testId1:s3://images/harbour.tif",
            ["image_status"] = "STARTED",
        }, told[0].Attributes);
        Assert.Equal("StatusMonitor update: SUCCESS testId1: 6 features; /out/a.geojson", told[^1].Message);
        Assert.Equal("360", told[^1].Attributes["processing_duration"]);
        Assert.Equal(new Dictionary<string, string>
        {
            ["status"] = "SUCCESS",
            ["job_id"] = "testId1",
            ["image_id"] = "testId1:s3://images/harbour.tif",
            ["region_id"] = "1",
            ["processing_duration"] = "300",
        }, told[3].Attributes);
    }

    [Fact]
    public void Of_FailedTiles_NamesThem()
    {
        var story = Story.OfTwoRegions(Job);
        story.Happened(story.Region(0, new PixelWindow(512, 0, 500, 400)), story.Region(1), new JobCompleted { JobId = Job, Features = 5, Results = ["/out/a.geojson"] });

        var told = StatusNotifications.Of(story.Told());

        Assert.Equal(["STARTED", "IN_PROGRESS", "PARTIAL", "SUCCESS", "PARTIAL"], told.Select(notification => notification.Status));
        Assert.Equal("[[[0,512],[500,400]]]", told[2].Attributes["failed_tiles"]);
        Assert.Equal("[[[0,512],[500,400]]]", told[^1].Attributes["failed_tiles"]);
        Assert.StartsWith("StatusMonitor update: PARTIAL testId1: 1 of 8 tiles failed", told[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PausedResumedAndCancelled_TellsThatItRunsAgain()
    {
        var story = Story.OfTwoRegions(Job);
        story.Happened(new PauseJob { JobId = Job }, new ResumeJob { JobId = Job }, new CapacityReserved { JobId = Job, Load = 1, Placements = [new(0, "w", 2)] },
            new CancelJob { JobId = Job, Reason = "no longer wanted" });

        var told = StatusNotifications.Of(story.Told());

        Assert.Equal(["STARTED", "IN_PROGRESS", "IN_PROGRESS", "FAILED"], told.Select(notification => notification.Status));
        Assert.Equal("StatusMonitor update: FAILED testId1: Cancelled: no longer wanted", told[^1].Message);
    }

    [Fact]
    public void Of_RetriedJob_TellsItsSecondEnd()
    {
        var story = Story.OfTwoRegions(Job);
        story.Happened(story.Region(0, new PixelWindow(0, 0, 512, 512)), story.Region(1), new JobCompleted { JobId = Job, Features = 5, Results = ["/out/a.geojson"] },
            new RetryFailedTiles { JobId = Job }, new VariantSelected { JobId = Job, TileWorkersPerRegion = 1 },
            new CapacityReserved { JobId = Job, Load = 1, Placements = [new(0, "w", 2)] });
        story.Happened(story.Region(0) with { Attempt = 2 }, new JobCompleted { JobId = Job, Features = 6, Results = ["/out/a.geojson"] });

        var told = StatusNotifications.Of(story.Told()).Where(notification => !notification.OfRegion).ToList();

        Assert.Equal(["STARTED", "IN_PROGRESS", "PARTIAL", "IN_PROGRESS", "SUCCESS"], told.Select(notification => notification.Status));
        Assert.DoesNotContain("failed_tiles", told[^1].Attributes.Keys);
    }

    [Fact]
    public void Of_OutputsThatFailAndAreRetried_TellsWhatIsThereEachTime()
    {
        var story = Story.OfTwoRegions(Job);
        story.Happened(story.Region(0), story.Region(1), Assembled(new(0, Failure: "full"), new(1, Failure: "denied")),
            new RetryOutputs { JobId = Job }, Assembled(new(0, "/out/a.geojson"), new(1, Failure: "denied")),
            new RetryOutputs { JobId = Job }, Assembled(new OutputOutcome(1, "s3://b/a.geojson")));

        var told = StatusNotifications.Of(story.Told()).Where(notification => !notification.OfRegion).Skip(2).ToList();

        Assert.Equal(["FAILED", "PARTIAL", "SUCCESS"], told.Select(notification => notification.Status));
        Assert.EndsWith("full; denied; 5 features are kept", told[0].Message, StringComparison.Ordinal);
        Assert.EndsWith("denied; 5 features; /out/a.geojson", told[1].Message, StringComparison.Ordinal);
        Assert.EndsWith("5 features; /out/a.geojson, s3://b/a.geojson", told[2].Message, StringComparison.Ordinal);
    }

    private static JobCompleted Assembled(params OutputOutcome[] outputs) => new()
    {
        JobId = Job,
        Features = 5,
        Results = [.. outputs.Select(output => output.Result).OfType<string>()],
        FailedOutputs = [.. outputs.Select(output => output.Failure).OfType<string>()],
        Outputs = outputs,
    };

    [Fact]
    public void Of_RejectedImageAndInvalidRequest_FailWithTheReason()
    {
        var rejected = new Story(Job);
        rejected.Happened(rejected.Request, new ImageRejected { JobId = Job, Reason = ImageRejection.NotFound, Detail = "There is no file at a.tif." });
        var invalid = new Story(Job);
        invalid.Happened(invalid.Request with { Tile = new() { Size = 1, Overlap = 0 } });

        Assert.Equal("StatusMonitor update: FAILED testId1: NotFound: There is no file at a.tif.", StatusNotifications.Of(rejected.Told())[^1].Message);
        var only = Assert.Single(StatusNotifications.Of(invalid.Told()));
        Assert.Equal("FAILED", only.Status);
        Assert.Contains("tile.size", only.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WhatWasTold_IsNotToldAgain()
    {
        var story = Story.OfTwoRegions(Job);

        Assert.Equal(["IN_PROGRESS"], StatusNotifications.Of(story.Told(1)).Select(notification => notification.Status));
        Assert.Empty(StatusNotifications.Of(story.Told(story.Events.Count)));
    }

    [Fact]
    public void Of_TextThatXmlCannotCarry_IsReplacedAndLongTextCut()
    {
        var story = new Story(Job, "a\u0001b");
        story.Happened(story.Request, new JobFailed { JobId = Job, Reason = "\u0002" + new string('x', 100_000) });

        var told = StatusNotifications.Of(story.Told())[^1];

        Assert.Equal("a\uFFFDb", told.Attributes["job_id"]);
        Assert.InRange(told.Message.Length, 4000, 5000);
        Assert.DoesNotContain(told.Message, character => character < ' ');
    }
}
