using System.Text.Json;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests;

/// <summary>Outputs that can't be written: known before any inference where it can be known, and written later without any where it can't.</summary>
public sealed class OutputTests
{
    [Fact]
    public async Task Run_OutputsThatCanNeverBeWritten_EndsBeforeTheModelIsAskedAndNamesEach()
    {
        await using var cli = new SwathCli();
        await using var model = new WatchedModel();
        var file = cli.PathOf("file");
        await File.WriteAllTextAsync(file, "in the way");

        var outcome = await cli.RunAsync(
            "run", WriteImageWithoutPlace(cli.PathOf("image.png")), "--endpoint", model.Url, "--tile-size", "128", "--overlap", "16",
            "-o", $"{file}/deep/a.geojson", "-o", cli.PathOf("a.fgb"), "-o", cli.PathOf("good.geojson"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(0, model.Requests);
        Assert.Contains("OutputNotWritable", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{file} is a file, and no folder", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("a.fgb can't be written: the image has no georeferencing", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("good.geojson", outcome.Output, StringComparison.Ordinal);
    }

    /// <summary>Both outputs become folders while the model works; one is mended after the other.</summary>
    [Fact]
    public async Task Retry_OutputsThatFailedAtTheEnd_WritesThoseAloneWithoutAskingTheModelAgain()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var (image, id) = (SlowJob.WriteImage(cli.PathOf("image.tif")), Guid.NewGuid().ToString());
        var (first, second) = (cli.PathOf("first.geojson"), cli.PathOf("second.geojson"));
        var run = cli.Start([.. SlowJob.Run(image, model.Url, id, first), "-o", second]);
        await run.LineAsync(line => line.StartsWith("Running", StringComparison.Ordinal));
        Directory.CreateDirectory(first);
        Directory.CreateDirectory(second);

        var outcome = await run.WaitAsync();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(("PartiallyCompleted", 2), await StateAsync(cli, id));
        Assert.Contains($"{first} is a folder", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("--outputs", outcome.Output, StringComparison.Ordinal);

        // The model is gone: whoever asked it again would fail.
        await model.DisposeAsync();
        Directory.Delete(first);
        Assert.Equal(1, (await cli.RunAsync("retry", id, "--outputs")).ExitCode);
        Assert.Equal(("PartiallyCompleted", 1), await StateAsync(cli, id));
        Assert.Equal(SlowJob.TileCentres(image), ResultFile.Read(first).Features.Select(feature => (feature.X, feature.Y)).Order());

        await File.WriteAllTextAsync(first, "written, and not to be written again");
        Directory.Delete(second);
        outcome = await cli.RunAsync("retry", id, "--outputs");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains($"Result      {first}", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"Result      {second}", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("written, and not to be written again", await File.ReadAllTextAsync(first));
        Assert.Equal(SlowJob.TileCentres(image), ResultFile.Read(second).Features.Select(feature => (feature.X, feature.Y)).Order());
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Completed");

        var again = await cli.RunAsync("retry", id, "--outputs");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("no tile and no output that failed", again.Error, StringComparison.Ordinal);
    }

    private static async Task<(string? State, int OutputsFailed)> StateAsync(SwathCli cli, string id)
    {
        using var json = JsonDocument.Parse((await cli.RunAsync("job", id, "--json")).Output);
        var job = json.RootElement.GetProperty("job");
        return (job.GetProperty("state").GetString(), job.TryGetProperty("outputsFailed", out var failed) ? failed.GetInt32() : -1);
    }

    private static string WriteImageWithoutPlace(string path)
    {
        using (var file = File.Create(path))
            PngWriter.Write(file, new byte[600 * 400], 600, 400, 1);
        return path;
    }
}
