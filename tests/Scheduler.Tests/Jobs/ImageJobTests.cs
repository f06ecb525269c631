using Swath.Contracts;
using Swath.Scheduler.Jobs;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Jobs;

public sealed class ImageJobTests
{
    private static readonly Guid Id = new("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c");

    /// <summary>A job whose every tile is done.</summary>
    private static readonly object[] Done = [Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), Completed(Id, 1)];

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
    public void Apply_OneOutputFailed_IsPartiallyCompletedAndSaysWhich()
    {
        var job = Fold([.. Done, Assembled(Id, "s3://bucket: access denied")]);

        Assert.Equal((JobStatus.PartiallyCompleted, 1, "s3://bucket: access denied"), (job.Status, job.OutputsFailed, job.Failure));
        Assert.Equal(["harbour.geojson"], job.Results);
        Assert.False(job.HasTilesToRetry);
    }

    [Fact]
    public void Apply_OneOutputFailedAsEarlierReleasesSaidIt_IsCompletedAsItWasThen()
    {
        var job = Fold([.. Done, AssembledOnce(Id, "s3://bucket: access denied")]);

        Assert.Equal((JobStatus.Completed, 0, "s3://bucket: access denied"), (job.Status, job.OutputsFailed, job.Failure));
        Assert.Equal(["harbour.geojson"], job.Results);
    }

    [Fact]
    public void Apply_EveryOutputFailed_IsPartiallyCompletedAndCanBeWrittenLater()
    {
        var job = Fold([.. Done, Assembled(Id, new OutputOutcome(0, Failure: "full"), new OutputOutcome(1, Failure: "denied"))]);

        Assert.Equal((JobStatus.PartiallyCompleted, 2, "full; denied"), (job.Status, job.OutputsFailed, job.Failure));
        Assert.Empty(job.Results);
        Assert.Null(Commands.AssembleResult(job.Apply(new RetryOutputs { JobId = Id }, Start)).OnlyOutputs);
    }

    [Fact]
    public void Apply_RetryOfOutputs_WritesTheFailedOnesAndKeepsTheOthers()
    {
        var retried = Fold([.. Done, Assembled(Id, new OutputOutcome(0, Failure: "full"), new OutputOutcome(1, "s3://bucket/a")), new RetryOutputs { JobId = Id }]);
        var again = retried.Apply(Assembled(Id, new OutputOutcome(0, "harbour.geojson")), Start);

        Assert.Equal((JobStatus.Assembling, null, null), (retried.Status, retried.Failure, retried.FinishedAt));
        Assert.Equal([0], Commands.AssembleResult(retried).OnlyOutputs);
        Assert.Equal(8, Commands.AssembleResult(retried).TilesFinished);
        Assert.Equal((JobStatus.Completed, 0, null), (again.Status, again.OutputsFailed, again.Failure));
        Assert.Equal(["harbour.geojson", "s3://bucket/a"], again.Results);
    }

    [Fact]
    public void Apply_RetryOfOutputsWithATileMissing_StaysPartiallyCompletedForTheTileAlone()
    {
        var job = Fold(
            Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), Completed(Id, 1, done: 3, failed: 1), Assembled(Id, "denied"),
            new RetryOutputs { JobId = Id }, Assembled(Id, new OutputOutcome(1, "s3://bucket/a")));

        Assert.Equal((JobStatus.PartiallyCompleted, 0, "1 of 8 tiles failed"), (job.Status, job.OutputsFailed, job.Failure));
    }

    [Fact]
    public void Apply_RetryOfOutputsThatCantBeAssembled_KeepsWhatWasWritten()
    {
        var job = Fold([.. Done, Assembled(Id, "denied"), new RetryOutputs { JobId = Id }, NotAssembled(Id)]);

        Assert.Equal((JobStatus.PartiallyCompleted, 1, "The disk is full."), (job.Status, job.OutputsFailed, job.Failure));
        Assert.Equal(["harbour.geojson"], job.Results);
        Assert.True(job.HasOutputsToRetry);
    }

    [Fact]
    public void Apply_RetryOfFailedTiles_WritesEveryOutputAgain()
    {
        var job = Fold(
            Requested(Id), Measured(Id), Selected(Id), Reserved(Id), Completed(Id, 0), Completed(Id, 1, done: 3, failed: 1), Assembled(Id, "denied"),
            new RetryFailedTiles { JobId = Id });

        Assert.Null(job.OutputsLeft);
        Assert.Equal(0, job.OutputsFailed);
    }

    [Fact]
    public void Apply_RetryOfTilesWhenEveryRegionFailed_OpensThemAll()
    {
        var job = Fold(
            Requested(Id), Measured(Id), Selected(Id), Reserved(Id), FailedRegion(Id, 0), FailedRegion(Id, 1), new RetryFailedTiles { JobId = Id });

        Assert.Equal((JobStatus.Requested, null), (job.Status, job.Failure));
        Assert.Equal([new RegionReopening(0, 1), new RegionReopening(1, 1)], Commands.SelectVariant(job).Reopen);
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
