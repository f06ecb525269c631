using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Losses;
using Swath.Testing;

namespace Swath.Worker.Tests.Assembly;

public sealed class AssembleResultConsumerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Consume_AssemblingThatEndedTheWorkerBefore_FailsTheJobInsteadOfAssemblingAgain()
    {
        await using var rig = await WorkerRig.StartAsync(database.DataSource, "assembler", options => options.AssemblyMaxLosses = 2);
        var (job, failed) = (Guid.NewGuid(), new TaskCompletionSource<JobFailed>(TaskCreationOptions.RunContinuationsAsynchronously));
        await rig.Get<IBusControl>().ConnectReceiveEndpoint(Queues.ImageJob.AbsolutePath, endpoint => endpoint.Handler<JobFailed>(heard =>
        {
            failed.TrySetResult(heard.Message);
            return Task.CompletedTask;
        })).Ready;
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, updated_at, version) values ($1, 'Assembling', now(), 1)", job);
        var losses = rig.Get<CommandLosses>();
        await losses.BeginAsync(job, CommandLosses.Assembling, default);
        await losses.BeginAsync(job, CommandLosses.Assembling, default);

        await (await rig.Get<IBus>().GetSendEndpoint(Queues.AssembleResult)).Send(new AssembleResult
        {
            JobId = job,
            JobName = "job",
            ImageUrl = "a.tif",
            Image = new ImageHeader { Width = 10, Height = 10, Bands = 1, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.None },
            Endpoint = new ModelEndpoint { Name = "http://m/" },
            Tile = new TileOptions(),
            Outputs = [OutputSink.ToFile("a.geojson")],
        });

        var heard = await failed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(job, heard.JobId);
        Assert.Contains("lost 2 times", heard.Reason, StringComparison.Ordinal);
    }
}
