using System.Text.Json;

namespace Swath.EndToEnd.Tests.CommandLine;

/// <summary>Ctrl+C while a job runs, and jobs that wait for a process that runs them.</summary>
public sealed class InterruptTests
{
    [Fact]
    public async Task Run_CtrlC_NamesTheJobAndWatchGoesOnWithIt()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var (image, id) = (SlowJob.WriteImage(cli.PathOf("image.tif")), Guid.NewGuid().ToString());
        var run = cli.Start(SlowJob.Run(image, model.Url, id, cli.PathOf("result.geojson")));
        await run.LineAsync(line => line.StartsWith("Running: ", StringComparison.Ordinal));

        run.Interrupt();
        var stopped = await run.WaitAsync();
        var explained = await cli.RunAsync("explain", id[..8]);
        var watched = await cli.RunAsync("watch", id[..8]);

        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains($"Job {id} is kept. To go on with it: swath watch {id} (or 'swath up')", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("Ctrl+C again ends at once", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("no process runs Swath's roles on this database", explained.Output, StringComparison.Ordinal);
        Assert.Contains($"goes on when: 'swath watch {id}' runs it to its end", explained.Output, StringComparison.Ordinal);
        Assert.True(watched.ExitCode == 0, watched.ToString());
        Assert.Equal(SlowJob.TileCentres(image), ResultFile.Read(cli.PathOf("result.geojson")).Features.Select(feature => (feature.X, feature.Y)).Order());
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Completed");
    }

    [Fact]
    public async Task Run_SecondCtrlC_EndsAtOnceAndLosesNothing()
    {
        await using var cli = new SwathCli();
        // Every answer takes longer than a drain waits.
        await using var slow = await ModelProcess.StartAsync(cli, "--model", "centerpoint", "--latency", "60000");
        var (image, id) = (SlowJob.WriteImage(cli.PathOf("image.tif")), Guid.NewGuid().ToString());
        var run = cli.Start(SlowJob.Run(image, slow.Url, id, cli.PathOf("result.geojson")));
        await run.LineAsync(line => line.StartsWith("Running", StringComparison.Ordinal));

        run.Interrupt();
        await run.StoppingAsync();
        run.Interrupt();
        // Half of what a drain takes by default.
        var stopped = await run.WaitAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(130, stopped.ExitCode);
        Assert.Equal("Running", await StateAsync(cli, id));
    }

    [Fact]
    public async Task Submit_WithoutUp_SaysSoAndTheNextUpTakesIt()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var image = SlowJob.WriteImage(cli.PathOf("image.tif"));

        // The default overlap of 50 would be more than half of such a tile.
        var submitted = await cli.RunAsync("submit", image, "--endpoint", model.Url, "--tile-size", "64", "-o", "result.geojson");
        var id = submitted.Output.Trim();
        var unknown = await cli.RunAsync("explain", id);
        await using var up = cli.Start("up", "--url", "http://127.0.0.1:0");
        await up.LineAsync(line => line.StartsWith("Swath is up", StringComparison.Ordinal));
        var watched = await cli.RunAsync("watch", id);
        var second = await cli.RunAsync("submit", image, "--endpoint", model.Url, "-o", "second.geojson");

        Assert.Equal(1, submitted.ExitCode);
        Assert.Contains("no process runs Swath on this database, so it waits", submitted.Error, StringComparison.Ordinal);
        Assert.Contains($"'swath watch {id}' runs it here", unknown.Error, StringComparison.Ordinal);
        Assert.True(watched.ExitCode == 0, watched.ToString());
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.NotEmpty(ResultFile.Read(cli.PathOf("result.geojson")).Features);
        await AssertGoesOnWithoutItsFollowerAsync(cli, image, model.Url);
        up.Terminate();
        Assert.Equal(0, (await up.WaitAsync()).ExitCode);
    }

    private static async Task AssertGoesOnWithoutItsFollowerAsync(SwathCli cli, string image, string model)
    {
        var id = Guid.NewGuid().ToString();
        var run = cli.Start(SlowJob.Run(image, model, id, cli.PathOf("third.geojson"), "delay=100"));
        await run.LineAsync(line => line.StartsWith("Running", StringComparison.Ordinal));

        run.Interrupt();
        var stopped = await run.WaitAsync();

        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains($"Job {id} goes on in the Swath that runs on this database. To follow it again: swath watch {id}", stopped.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("cancel", id)).ExitCode);
    }

    private static async Task<string?> StateAsync(SwathCli cli, string id)
    {
        using var job = JsonDocument.Parse((await cli.RunAsync("job", id, "--json")).Output);
        return job.RootElement.GetProperty("job").GetProperty("state").GetString();
    }
}
