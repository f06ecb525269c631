using System.Diagnostics;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>The private PostgreSQL is killed under a command that uses it.</summary>
public sealed class PrivateDatabaseTests
{
    [Fact]
    public async Task Run_PrivateServerKilled_BringsItBackAndCompletes()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var image = SlowJob.WriteImage(cli.PathOf("image.tif"));
        var id = Guid.NewGuid().ToString();

        await using var run = cli.Start(SlowJob.Run(image, model.Url, id, cli.PathOf("result.geojson")));
        await run.LineAsync(line => line.StartsWith("Running: ", StringComparison.Ordinal));
        var server = (await File.ReadAllLinesAsync(Path.Combine(cli.Home, ".swath", "postgres", "data", "postmaster.pid")))[0];
        using (var kill = Process.Start("kill", ["-KILL", server]))
            await kill.WaitForExitAsync();
        var outcome = await run.WaitAsync();

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains("was started again", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(SlowJob.TileCentres(image), ResultFile.Read(cli.PathOf("result.geojson")).Features.Select(feature => (feature.X, feature.Y)).Order());
        await SlowJob.AssertNothingIsLeftAsync(cli, id, "Completed");
    }
}
