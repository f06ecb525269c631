namespace Swath.EndToEnd.Tests.CommandLine;

/// <summary>A job leaves for a file, comes back, and is erased, all through the command line.</summary>
public sealed class ArchiveTests
{
    [Fact]
    public async Task Archive_JobThatIsOver_IsProvedBroughtBackAndErased()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "failure");
        var (id, archive) = (Guid.NewGuid().ToString(), cli.PathOf("archive"));
        var run = await cli.RunAsync(SlowJob.Run(SlowJob.WriteImage(cli.PathOf("image.tif")), model.Url, id, cli.PathOf("result.geojson"), "mode=400&probability=0.2"));
        Assert.Equal(1, run.ExitCode);
        var before = (await cli.RunAsync("job", id, "--json")).Output;

        Assert.Contains("No job ended that long ago.", (await cli.RunAsync("archive", "--older-than", "1h", "--to", archive)).Output, StringComparison.Ordinal);
        var archived = await cli.RunAsync("archive", "--older-than", "0s", "--to", archive);
        Assert.True(archived.Output.Contains("Archived 1 job(s) in 1 file(s).", StringComparison.Ordinal), archived.ToString());
        Assert.Contains("whole and unchanged, 1 job(s).", (await cli.RunAsync("verify", archive)).Output, StringComparison.Ordinal);
        var retry = await cli.RunAsync("retry", id, "--failed-tiles");
        Assert.Equal((2, true), (retry.ExitCode, retry.Error.Contains("was archived on", StringComparison.Ordinal)));

        var imported = await cli.RunAsync("archive", "import", archive);
        Assert.True(imported.ExitCode == 0, imported.ToString());
        Assert.Equal(before, (await cli.RunAsync("job", id, "--json")).Output);
        Assert.Equal(2, (await cli.RunAsync("archive", "import", archive)).ExitCode);

        var purged = await cli.RunAsync("purge", id, "--reason", "the customer left");
        Assert.True(purged.ExitCode == 0, purged.ToString());
        Assert.Contains("was erased on", (await cli.RunAsync("job", id)).Error, StringComparison.Ordinal);
        var verified = await cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
    }

    [Fact]
    public async Task Purge_TenantWithAJobUnderWay_ErasesNothingUntilToldToCancel()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var id = Guid.NewGuid().ToString();
        var run = cli.Start([.. SlowJob.Run(SlowJob.WriteImage(cli.PathOf("image.tif")), model.Url, id, cli.PathOf("result.geojson"), "delay=200"), "--tenant", "leaves"]);
        await run.LineAsync(line => line.StartsWith("Running: ", StringComparison.Ordinal));

        var refused = await cli.RunAsync("purge", "--tenant", "leaves", "--reason", "it left");
        Assert.Equal((2, true), (refused.ExitCode, refused.Error.Contains("nothing was erased", StringComparison.Ordinal)));
        var purged = await cli.RunAsync("purge", "--tenant", "leaves", "--reason", "it left", "--cancel");

        Assert.True(purged is { ExitCode: 0 } && purged.Output.Contains("Erased 1 job(s).", StringComparison.Ordinal), purged.ToString());
        Assert.Contains("was erased on", (await cli.RunAsync("job", id)).Error, StringComparison.Ordinal);
    }
}
