using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Tests.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Maintenance;

public sealed class LostWorkerRescuerTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(-25)]
    [InlineData(25)]
    public async Task RunOnceAsync_SchedulersClockIsWrong_LosesNoRegionOfAWorkerThatBeats(int databaseAhead)
    {
        await using var bench = await AdmissionBench.CreateAsync(databaseAhead: TimeSpan.FromSeconds(databaseAhead));
        await bench.AddEndpointAsync("endpoint", target: 100);
        var worker = await bench.AddWorkerAsync("beats");
        var job = await bench.AddJobAsync(new JobSeed());
        await bench.CycleAsync();
        await bench.Database.ExecuteAsync("update jobs set state = 'Running' where job_id = $1", job.JobId);
        await bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation);
        var rescuer = bench.Hosted<LostWorkerRescuer>();

        for (var beat = 0; beat < 12; beat++)
        {
            await bench.Database.ExecuteAsync("update workers set lease_until = swath_now() + interval '30 seconds'");
            bench.Time.Advance(Heartbeat);
            await rescuer.RunOnceAsync();
        }

        Assert.Equal("beats", await bench.Database.ScalarAsync<string>("select worker_id from job_regions where job_id = $1", job.JobId));
        Assert.Equal(0, await bench.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", job.JobId));
    }
}
