using System.Diagnostics;
using System.Text.Json;

namespace Swath.EndToEnd.Tests.CommandLine;

/// <summary>What the commands print of one job that has every option, and whose name and tenant try to drive the terminal.</summary>
public sealed class PrintedJobTests
{
    private const string Name = "harbour\u001b[2J\nCompleted \u202egpj.exe";
    private const string Tenant = "coast\u0007guard\u200b";

    [SkippableFact]
    public async Task Job_WithEveryOption_IsPrintedSafelyInFullAndAsJson()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint", "--fail-rate", "0.2", "--seed", "7");
        var image = SlowJob.WriteImage(cli.PathOf("image.tif"));

        var run = await cli.RunAsync(
            "run", image, "--json", "--endpoint", model.Url, "-o", "result.geojson", "--tile-size", "1024", "--name", Name, "--tenant", Tenant, "--priority", "20",
            "--range", "minmax", "--kind", "survey", "--property", "mission=nine", "--property", """{"sensor":{"bands":3}}""", "--prefer-tag", "hardware=gpu", "--prefer-worker", "w1",
            "--require-capability", "gdal", "--avoid-kind", "training", "--parameter", "CustomAttributes=a=b", "--external-id", "mission-9", "--image-role", "arn:aws:iam::000000000000:role/reader",
            "--min-score", "0.25", "--distillation", "softnms", "--penalty", "linear", "--sigma", "0.5");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("Completed", run.Error, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(run.Output);
        var job = document.RootElement.GetProperty("job");
        Assert.Equal((Name, Tenant), (job.GetProperty("name").GetString(), job.GetProperty("tenant").GetString()));
        var request = document.RootElement.GetProperty("history")[0].GetProperty("data");
        Assert.Equal("""["hardware=gpu"]""", request.GetProperty("affinity").GetProperty("soft").GetProperty("tags").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Equal("w1", request.GetProperty("affinity").GetProperty("soft").GetProperty("workerId").GetString());
        Assert.Equal("gdal", request.GetProperty("affinity").GetProperty("hard").GetProperty("capabilities")[0].GetString());
        Assert.Equal("training", request.GetProperty("affinity").GetProperty("antiJobKinds")[0].GetString());
        Assert.Equal("MinMax", request.GetProperty("tile").GetProperty("range").GetString());
        Assert.Equal("a=b", request.GetProperty("endpoint").GetProperty("parameters").GetProperty("CustomAttributes").GetString());
        Assert.Equal(("survey", "mission-9", 20), (request.GetProperty("jobKind").GetString(), request.GetProperty("externalId").GetString(), request.GetProperty("priority").GetInt32()));
        Assert.EndsWith("role/reader", request.GetProperty("imageReadRole").GetString(), StringComparison.Ordinal);
        Assert.Equal(0.25, request.GetProperty("postProcessing")[0].GetProperty("skipBoxThreshold").GetDouble());
        Assert.Equal("Linear", request.GetProperty("postProcessing")[0].GetProperty("penalty").GetString());
        using var result = JsonDocument.Parse(await File.ReadAllBytesAsync(cli.PathOf("result.geojson")));
        var properties = result.RootElement.GetProperty("features")[0].GetProperty("properties");
        Assert.Equal(("nine", 3), (properties.GetProperty("mission").GetString(), properties.GetProperty("sensor").GetProperty("bands").GetInt32()));

        await AssertSafeAsync(cli, job.GetProperty("jobId").GetString()!);
    }

    [Fact]
    public async Task Run_SkipBlank_AsksNoModelForAnImageOfOneValueAndCountsItsTiles()
    {
        await using var cli = new SwathCli();
        var image = SlowJob.WriteImage(cli.PathOf("image.tif"));

        // Nothing listens there.
        string[] command = ["run", image, "--endpoint", "http://127.0.0.1:9/", "--skip-blank", "-o", "result.geojson", "--id"];
        var (id, other) = ("abcdabcd-0000-4000-8000-000000000001", "abcdabcd-1000-4000-8000-000000000001");
        var run = await cli.RunAsync([.. command, id]);
        await cli.RunAsync([.. command, other]);
        var ambiguous = await cli.RunAsync("job", "abcdabcd");
        using var job = JsonDocument.Parse((await cli.RunAsync("job", "abcdabcd-0", "--json")).Output);
        using var result = JsonDocument.Parse(await File.ReadAllBytesAsync(cli.PathOf("result.geojson")));

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("9 of 9 tried, 9 blank and skipped", run.Output, StringComparison.Ordinal);
        Assert.Equal((9, 9), (job.RootElement.GetProperty("job").GetProperty("tilesDone").GetInt32(), job.RootElement.GetProperty("job").GetProperty("tilesSkipped").GetInt32()));
        Assert.Equal((9, 9), (result.RootElement.GetProperty("swath").GetProperty("tiles").GetInt32(), result.RootElement.GetProperty("swath").GetProperty("tilesSkipped").GetInt32()));
        Assert.Equal(0, (await cli.RunAsync("verify")).ExitCode);
        Assert.Equal((2, $"More than one job begins with abcdabcd: {id}, {other}. Give more digits."), (ambiguous.ExitCode, ambiguous.Error));
    }

    private static async Task AssertSafeAsync(SwathCli cli, string id)
    {
        foreach (var command in (string[][])[["jobs"], ["job", id[..8]], ["explain", id[..8]]])
        {
            var outcome = await cli.RunAsync(command);
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
            Assert.Contains(@"harbour\u001b[2J\nCompleted \u202egpj.exe", outcome.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(outcome.Output, character => character is '\u001b' or '\u202e' or '\u0007' or '\u200b');
        }

        Assert.Contains(@"coast\u0007guard\u200b", (await cli.RunAsync("jobs")).Output, StringComparison.Ordinal);
        foreach (var columns in (int[])[80, 110])
        {
            var lines = await OnTerminalAsync(cli, columns, "jobs");
            Assert.Equal(2, lines.Count);
            Assert.StartsWith($"{id[..8]}  ", lines[1], StringComparison.Ordinal);
            Assert.Contains("  Completed  ", lines[1], StringComparison.Ordinal);
            Assert.All(lines, line => Assert.InRange(line.Length, 1, columns));
        }
    }

    /// <summary>The lines that a command prints on a terminal of so many columns.</summary>
    private static async Task<List<string>> OnTerminalAsync(SwathCli cli, int columns, string command)
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "script (util-linux) gives the command a terminal.");
        var start = new ProcessStartInfo("/usr/bin/script", ["-q", "-e", "-c", $"stty cols {columns} && dotnet '{SwathCli.Executable}' {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = cli.Home,
        };
        start.Environment["SWATH_HOME"] = cli.PathOf(".swath");
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        // What .NET asks of a terminal by itself at start is not the command's.
        var printed = System.Text.RegularExpressions.Regex.Replace(output, "\u001b(\\[[?0-9;]*[A-Za-z]|[=>])", "");
        Assert.DoesNotContain(printed, character => character is '\u001b' or '\u202e' or '\u0007');
        return [.. printed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }
}
