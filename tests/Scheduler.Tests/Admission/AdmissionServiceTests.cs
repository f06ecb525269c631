using Microsoft.Extensions.Hosting;
using Swath.Contracts;
using Swath.Scheduler.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

/// <summary>The clock stands still in these tests: whatever happens was woken by an event, never by the tick.</summary>
public sealed class AdmissionServiceTests : IAsyncLifetime
{
    private AdmissionBench _bench = null!;

    public async Task InitializeAsync()
    {
        _bench = await AdmissionBench.CreateAsync();
        await _bench.AddEndpointAsync("endpoint", target: 1);
        await ((IHostedService)_bench.AsyncSignal).StartAsync(CancellationToken.None);
        await _bench.Hosted<AdmissionService>().StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _bench.Hosted<AdmissionService>().StopAsync(CancellationToken.None);
        await ((IHostedService)_bench.AsyncSignal).StopAsync(CancellationToken.None);
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Events_JobQueuedWorkerJoinedRegionEnded_EachWakeAdmission()
    {
        var first = await _bench.AddJobAsync(new JobSeed());
        await _bench.AddWorkerAsync("worker");
        await AdmittedAsync(first);

        var second = await _bench.AddJobAsync(new JobSeed());
        await _bench.FinishAsync(first.JobId);
        await AdmittedAsync(second);
        await _bench.FinishAsync(second.JobId);

        await AdmittedAsync(await _bench.AddJobAsync(new JobSeed()));
    }

    [Fact]
    public async Task Signals_OfAnotherEndpointNeverCease_EndpointWhoseSignalWasLostIsLookedAtAfterATick()
    {
        await _bench.AddEndpointAsync("silent", target: 1);
        await _bench.AddWorkerAsync("worker");
        var first = await _bench.AddJobAsync(new JobSeed());
        await AdmittedAsync(first);
        var silent = new JobSeed { Endpoint = "silent" };
        await JobSeed.InsertAsync(_bench.Database.DataSource, silent);
        _bench.Time.Advance(_bench.Options.CurrentValue.Tick - TimeSpan.FromMilliseconds(1));
        _bench.AsyncSignal.Ring("endpoint");
        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));

        _bench.AsyncSignal.Ring("endpoint");
        await AdmittedAsync(silent);
    }

    [Fact]
    public async Task WorkerStartsAnew_WhatItHadBegun_IsPlacedAgainAtOnceAndTheLossIsCounted()
    {
        var job = await _bench.AddJobAsync(new JobSeed());
        var worker = await _bench.AddWorkerAsync("worker");
        await AdmittedAsync(job);
        await _bench.Database.ExecuteAsync("update jobs set state = 'Running' where job_id = $1", job.JobId);
        await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation);

        await UntilNotifiedAsync(
            async () => await _bench.Database.ScalarAsync<int>("select attempt from job_regions where job_id = $1", job.JobId) == 2,
            meanwhile: () => _bench.AddWorkerAsync("worker"));

        Assert.Equal(1, await _bench.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", job.JobId));
    }

    /// <summary>Listens for the outbox's own notification, which comes with the admission's commit.</summary>
    private Task AdmittedAsync(JobSeed job) => UntilNotifiedAsync(async () => (await _bench.AdmittedAsync()).Contains(job.JobId));

    private async Task UntilNotifiedAsync(Func<Task<bool>> happened, Func<Task>? meanwhile = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var connection = await _bench.Database.DataSource.OpenConnectionAsync(patience.Token);
        await using (var listen = new Npgsql.NpgsqlCommand("listen swath_outbox", connection))
            await listen.ExecuteNonQueryAsync(patience.Token);
        if (meanwhile is not null)
            await meanwhile();
        while (!await happened())
            await connection.WaitAsync(patience.Token);
    }
}
