using Swath.Contracts;
using Swath.Scheduler.Jobs;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Jobs;

public sealed class ImageJobTests
{
    private static readonly Guid Id = new("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c");

    [Fact]
    public void Apply_WholeLife_EndsCompletedWithEveryCount()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), Completed(Id, 1), Assembled(Id));

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal((8, 8, 0), (job.TilesTotal, job.TilesDone, job.TilesFailed));
        Assert.Equal((2, 0), (job.RegionsEnded, job.RegionsFailed));
        Assert.Equal(8, job.Features);
        Assert.Equal(Start, job.RequestedAt);
        Assert.Equal(Start.AddSeconds(2), job.QueuedAt);
        Assert.Equal(Start.AddSeconds(3), job.StartedAt);
        Assert.Equal(Start.AddSeconds(6), job.FinishedAt);
        Assert.Null(job.Failure);
    }

    [Fact]
    public void Apply_LastRegion_MovesToAssembling()
    {
        var running = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 1));

        Assert.Equal(JobStatus.Running, running.Status);
        Assert.Equal(JobStatus.Assembling, running.Apply(Completed(Id, 0), Start).Status);
    }

    [Fact]
    public void Apply_FailedTiles_EndsPartiallyCompletedAndSaysHowMany()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), Completed(Id, 1, done: 3, failed: 1), Assembled(Id));

        Assert.Equal(JobStatus.PartiallyCompleted, job.Status);
        Assert.Equal("1 of 8 tiles failed", job.Failure);
    }

    [Fact]
    public void Apply_FailedRegion_CountsItsTilesAsFailed()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), FailedRegion(Id, 0), Completed(Id, 1), Assembled(Id));

        Assert.Equal(JobStatus.PartiallyCompleted, job.Status);
        Assert.Equal(4, job.TilesFailed);
    }

    [Fact]
    public void Apply_EveryRegionFailed_FailsTheJobWithTheReason()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), FailedRegion(Id, 0), FailedRegion(Id, 1));

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("The image vanished.", job.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_RejectedImage_FailsWithReasonAndDetail()
    {
        var job = Fold(Requested(Id), Rejected(Id));

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal("NotFound: No such file.", job.Failure);
    }

    [Fact]
    public void Apply_RequestThatBreaksARule_FailsAndNamesTheField()
    {
        var job = Fold(Requested(Id) with { Outputs = [] });

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("outputs", job.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_PauseAndResume_KeepsWhatIsDoneAndItsPlaceInTheQueue()
    {
        var paused = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), new PauseJob { JobId = Id });
        var resumed = paused.Apply(new ResumeJob { JobId = Id }, Start.AddHours(1));

        Assert.Equal(JobStatus.Paused, paused.Status);
        Assert.Equal(JobStatus.Queued, resumed.Status);
        Assert.Equal(4, resumed.TilesDone);
        Assert.Equal(paused.QueuedAt, resumed.QueuedAt);
    }

    [Fact]
    public void Apply_ResumeWithEveryRegionEnded_GoesToAssembling()
    {
        var job = Fold(
            Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), new PauseJob { JobId = Id }, Completed(Id, 1), new ResumeJob { JobId = Id });

        Assert.Equal(JobStatus.Assembling, job.Status);
    }

    [Fact]
    public void Apply_RetryOfFailedTiles_OpensTheRegionsThatLackThemAndNoOther()
    {
        var job = Fold(
            Requested(Id), Measured(Id, regions: 3), Selected(Id), Reserved(Id, 1, 0, 1, 2), Completed(Id, 0), Completed(Id, 1, done: 3, failed: 1),
            FailedRegion(Id, 2), Assembled(Id), new RetryFailedTiles { JobId = Id });

        Assert.Equal((JobStatus.Requested, null, null), (job.Status, job.Failure, job.FinishedAt));
        Assert.Equal([RegionOutcome.Completed, null, null], job.Regions.Select(region => region.Outcome));
        Assert.Equal((7, 0), (job.TilesDone, job.TilesFailed));
        Assert.Equal([new RegionReopening(1, 1), new RegionReopening(2, 1)], Commands.SelectVariant(job).Reopen);
        Assert.Equal(7, Commands.SelectVariant(job).TilesFinished);
    }

    [Fact]
    public void Apply_OneOutputFailed_IsCompletedAndSaysWhich()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), Completed(Id, 1), Assembled(Id, "s3://bucket: access denied"));

        Assert.Equal((JobStatus.Completed, "s3://bucket: access denied"), (job.Status, job.Failure));
        Assert.Equal(["harbour.geojson"], job.Results);
    }

    [Fact]
    public void IsThisTurn_ReservationFromBeforeAPause_IsNot()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), new PauseJob { JobId = Id }, new ResumeJob { JobId = Id });

        Assert.Equal((JobStatus.Queued, 2), (job.Status, job.QueueTurn));
        Assert.False(job.IsThisTurn(Reserved(Id) with { QueueTurn = 1 }));
        Assert.True(job.IsThisTurn(Reserved(Id) with { QueueTurn = 2 }));
        Assert.True(job.IsThisTurn(Reserved(Id)));
    }

    [Fact]
    public void Apply_Reassigned_MovesTheTokenOn()
    {
        var job = Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Reassigned(Id, 1, attempt: 2));

        Assert.False(job.IsCurrent(1, attempt: 1));
        Assert.True(job.IsCurrent(1, attempt: 2));
        Assert.Equal("w-2", job.Regions[1].WorkerId);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void IsCurrent_RegionThatDoesNotExist_IsFalse(int region) =>
        Assert.False(Fold(Requested(Id), Measured(Id), Selected(Id), Reserved(Id)).IsCurrent(region, 1));

    [Fact]
    public void Apply_ForeignEvent_IsRefused() => Assert.Throws<ArgumentException>(() => ImageJob.Initial.Apply("text", Start));
}
