using Swath.Persistence.Embedded;

namespace Swath.EndToEnd.Tests.CommandLine;

/// <summary>Where the private database lives: with the user, and found from every folder.</summary>
public sealed class HomeTests
{
    // Longer than what the path of a unix socket may have (unix(7): 107 bytes).
    private static readonly string LongName = new('h', 120);

    [Fact]
    public async Task Jobs_InAnotherFolder_AreTheUsersJobs()
    {
        await using var cli = UserWithoutChoice(out var home);
        var (here, there) = (Directory.CreateDirectory(cli.PathOf("here")).FullName, Directory.CreateDirectory(cli.PathOf("there")).FullName);
        cli.WorkingFolder = here;
        var image = SlowJob.WriteImage(Path.Combine(here, "image.tif"));

        var first = await cli.RunAsync("submit", image, "--endpoint", "http://127.0.0.1:9/", "-o", "a.geojson");
        cli.WorkingFolder = there;
        var second = await cli.RunAsync("submit", image, "--endpoint", "http://127.0.0.1:9/", "-o", "a.geojson");
        var found = await cli.RunAsync("job", first.Output.Trim());

        var state = Path.Combine(home, ".local", "state", "swath");
        Assert.Contains($"Made a database in '{state}'", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("database in", second.Error, StringComparison.Ordinal);
        Assert.Contains("is submitted, but no process has taken it yet", found.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(there));
        Assert.Equal(["image.tif"], Directory.EnumerateFileSystemEntries(here).Select(Path.GetFileName));
        await EmbeddedPostgres.RemoveAsync(Path.Combine(state, "postgres"));
    }

    [Fact]
    public async Task ReadingVerbs_WithoutADatabase_SaySoAndMakeNone()
    {
        await using var cli = UserWithoutChoice(out var home);

        var jobs = await cli.RunAsync("jobs");
        var json = await cli.RunAsync("jobs", "--json");

        const string none = "There is no database in ";
        Assert.Equal((0, "JOBS"), (jobs.ExitCode, jobs.Output + "JOBS"));
        Assert.StartsWith(none, jobs.Error, StringComparison.Ordinal);
        Assert.Contains("'swath run', 'swath submit' and 'swath up' make one.", jobs.Error, StringComparison.Ordinal);
        Assert.Equal((0, "[]"), (json.ExitCode, json.Output));
        foreach (var verb in (string[][])[["job", "0"], ["explain", "0"], ["watch", "0"], ["cancel", "0"], ["retry", "0", "--failed-tiles"], ["verify"], ["replay"]])
        {
            var outcome = await cli.RunAsync(verb);
            Assert.True(outcome.ExitCode == 2 && outcome.Error.StartsWith(none, StringComparison.Ordinal), $"{verb[0]}: {outcome}");
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Home));
        Assert.False(Directory.Exists(home));
    }

    [Fact]
    public async Task Jobs_WhereAnEarlierVersionKeptADatabase_SaysHowToGoOnWithIt()
    {
        await using var cli = UserWithoutChoice(out _);
        var earlier = Directory.CreateDirectory(cli.PathOf(Path.Combine(".swath", "postgres", "data"))).Parent!.Parent!.FullName;

        var outcome = await cli.RunAsync("jobs");

        Assert.Contains($"To go on with it: export SWATH_HOME={earlier}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_StateFolderThatIsAFile_SaysSoAndEndsWithTwo()
    {
        await using var cli = UserWithoutChoice(out var home);
        Directory.CreateDirectory(home);
        await File.WriteAllTextAsync(Path.Combine(home, ".local"), "");
        var image = SlowJob.WriteImage(cli.PathOf("image.tif"));

        var outcome = await cli.RunAsync("submit", image, "--endpoint", "http://127.0.0.1:9/", "-o", "a.geojson");

        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith("The database's folder '", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("set SWATH_HOME to another folder", outcome.Error, StringComparison.Ordinal);
    }

    private static SwathCli UserWithoutChoice(out string home)
    {
        var settings = new Dictionary<string, string> { ["SWATH_HOME"] = "", ["XDG_STATE_HOME"] = "" };
        var cli = new SwathCli(settings);
        settings["HOME"] = home = cli.PathOf(LongName);
        return cli;
    }
}
