namespace Swath.EndToEnd.Tests;

/// <summary>Pausing, resuming and cancelling a running job from another process.</summary>
public sealed class JobControlTests
{
    [Fact]
    public async Task Pause_RunningJob_StopsItAndResumeFinishesItWithEveryTileOnce()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var (image, id) = (SlowJob.WriteImage(cli.PathOf("image.tif")), Guid.NewGuid().ToString());
        var run = cli.Start(SlowJob.Run(image, model.Url, id, cli.PathOf("result.geojson"), "delay=60"));
        await run.LineAsync(line => line.StartsWith("Running: ", StringComparison.Ordinal));

        Assert.Equal(0, (await cli.RunAsync("pause", id)).ExitCode);
        await run.LineAsync(line => line.StartsWith("Paused", StringComparison.Ordinal));
        Assert.Equal(0, (await cli.RunAsync("resume", id)).ExitCode);
        var outcome = await run.WaitAsync();

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(SlowJob.TileCentres(image), ResultFile.Read(cli.PathOf("result.geojson")).Features.Select(feature => (feature.X, feature.Y)).Order());
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Completed");
    }

    [Fact]
    public async Task Cancel_RunningJob_EndsItWithoutAResultAndGivesItsCapacityBack()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var id = Guid.NewGuid().ToString();
        var run = cli.Start(SlowJob.Run(SlowJob.WriteImage(cli.PathOf("image.tif")), model.Url, id, cli.PathOf("result.geojson"), "delay=200"));
        await run.LineAsync(line => line.StartsWith("Running: ", StringComparison.Ordinal));

        Assert.Equal(0, (await cli.RunAsync("cancel", id, "--reason", "Wrong image.")).ExitCode);
        var outcome = await run.WaitAsync();

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Wrong image.", outcome.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(cli.PathOf("result.geojson")));
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Cancelled");
    }

    /// <summary>With the default heartbeat of ten seconds: the database rings for the worker.</summary>
    [Theory]
    [InlineData("pause")]
    [InlineData("cancel")]
    public async Task Stop_RunningJob_EndsTheTileLoopWithinTwoSeconds(string verb)
    {
        await using var cli = new SwathCli();
        await using var model = new WatchedModel();
        var id = Guid.NewGuid().ToString();
        var run = cli.Start(SlowJob.Run(SlowJob.WriteImage(cli.PathOf("image.tif")), model.Url, id, cli.PathOf("result.geojson")));
        await run.LineAsync(line => line.StartsWith("Running: ", StringComparison.Ordinal));

        Assert.Equal(0, (await cli.RunAsync(verb, id)).ExitCode);

        await model.IdleAsync().WaitAsync(TimeSpan.FromSeconds(2));
        if (verb == "pause")
            Assert.Equal(0, (await cli.RunAsync("cancel", id)).ExitCode);
        Assert.Equal(1, (await run.WaitAsync()).ExitCode);
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Cancelled");
    }

    /// <summary>A model that refuses one request in five: every retry runs what failed and nothing else, until nothing is missing.</summary>
    [Fact]
    public async Task Retry_FailedTiles_RunsThoseAloneUntilTheResultIsWhole()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "failure");
        var (image, id, result) = (SlowJob.WriteImage(cli.PathOf("image.tif")), Guid.NewGuid().ToString(), cli.PathOf("result.geojson"));
        var outcome = await cli.RunAsync(SlowJob.Run(image, model.Url, id, result, "mode=400&probability=0.2"));
        Assert.Equal(1, outcome.ExitCode);
        var (tiles, missing) = (SlowJob.TileCentres(image), SlowJob.TileCentres(image).Count);

        for (var retry = 0; retry < 10 && outcome.ExitCode != 0; retry++)
        {
            var left = tiles.Count - ResultFile.Read(result).Features.Count;
            Assert.InRange(left, 1, missing / 4);
            missing = left;
            outcome = await cli.RunAsync("retry", id, "--failed-tiles");
        }

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(tiles, ResultFile.Read(result).Features.Select(feature => (feature.X, feature.Y)).Order());
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Completed");
        var again = await cli.RunAsync("retry", id, "--failed-tiles");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("no tile and no output that failed", again.Error, StringComparison.Ordinal);
    }
}
