namespace Swath.EndToEnd.Tests;

/// <summary>kill -9 of the whole process in the middle of a job, at several moments: the next start finishes it.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData("", 0)] // at the first sign of life, whatever the state is by then
    [InlineData("Running: ", 1)]
    [InlineData("Running: ", 200)]
    public async Task Run_KilledAndStartedAgain_CompletesWithEveryTileOnce(string state, int tilesDone)
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var image = SlowJob.WriteImage(cli.PathOf("image.tif"));
        var id = Guid.NewGuid().ToString();
        var run = SlowJob.Run(image, model.Url, id, cli.PathOf("result.geojson"));

        var killed = cli.Start(run);
        await killed.LineAsync(line => line.StartsWith(state, StringComparison.Ordinal) && TilesIn(line) >= tilesDone);
        await killed.KillAsync();
        Assert.False(File.Exists(cli.PathOf("result.geojson")));
        var outcome = await cli.RunAsync(run);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(SlowJob.TileCentres(image), ResultFile.Read(cli.PathOf("result.geojson")).Features.Select(feature => (feature.X, feature.Y)).Order());
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Completed");
    }

    private static int TilesIn(string line) =>
        line.Split(' ') is ["Running:", var done, ..] && int.TryParse(done, out var tiles) ? tiles : 0;
}
