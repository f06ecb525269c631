using Swath.Contracts;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Scaling;

/// <summary>Of a pause and a resume, milliseconds apart, the one that was asked for last counts, whatever way they take.</summary>
public sealed class PauseThenResumeTests
{
    private const int Jobs = 50;
    private const int Rounds = 4;

    [Fact]
    public async Task PauseThenResume_InMemory_NeverEndsPaused()
    {
        await using var fleet = await Fleet.CreateAsync();
        await NeverEndsPausedAsync(fleet, await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0"));
    }

    [SkippableFact]
    public async Task PauseThenResume_OverRabbitMqWithTwoSchedulers_NeverEndsPaused()
    {
        Skip.IfNot(RabbitMqServer.IsInstalled, RabbitMqServer.HowToGet);
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await Fleet.CreateAsync(("SWATH_TRANSPORT", "rabbitmq"), ("SWATH_RABBITMQ", broker.Address));
        var processes = await Task.WhenAll(fleet.StartAsync("intake", "--url", "http://127.0.0.1:0"), fleet.StartAsync("scheduler"), fleet.StartAsync("scheduler"));
        await NeverEndsPausedAsync(fleet, processes[0]);
    }

    private static async Task NeverEndsPausedAsync(Fleet fleet, RunningCommand intake)
    {
        var api = await Fleet.ApiOfAsync(intake);
        using var http = new HttpClient();
        var image = FleetJob.WriteImages(fleet.Cli, 1)[0];
        var jobs = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(_ => SubmitAsync(fleet, api, image)));
        await fleet.UntilAsync<long>("all jobs wait", waiting => waiting == Jobs, "select count(*) from jobs where state = 'Queued'");

        for (var round = 1; round <= Rounds; round++)
        {
            await Task.WhenAll(jobs.Select(async job =>
            {
                foreach (var verb in (string[])["pause", "resume"])
                    Assert.True((await http.PostAsync($"{api}/{job}/{verb}", null)).IsSuccessStatusCode);
            }));

            // What was submitted after them takes the same way, and further: when it waits, they have arrived.
            var last = await SubmitAsync(fleet, api, image);
            await fleet.UntilAsync<string>("the last one waits", state => state == "Queued", "select state from jobs where job_id = $1", last);
            await fleet.UntilAsync<long>($"no job is paused after round {round}", paused => paused == 0, "select count(*) from jobs where state = 'Paused'");
        }
    }

    /// <summary>A job for a worker that there never is: it waits.</summary>
    private static async Task<Guid> SubmitAsync(Fleet fleet, Uri api, string image)
    {
        var request = new ImageRequested
        {
            JobId = Guid.NewGuid(),
            ImageUrl = image,
            Endpoint = new ModelEndpoint { Name = "http://127.0.0.1:9/nobody" },
            Affinity = new Affinity { Hard = new WorkerRule { WorkerId = "nobody" } },
            Tile = new TileOptions { Size = 128, Overlap = 16 },
            Outputs = [OutputSink.ToFile(fleet.Cli.PathOf("nothing.geojson"))],
        };
        await fleet.SubmitAsync(api, request);
        return request.JobId;
    }
}
