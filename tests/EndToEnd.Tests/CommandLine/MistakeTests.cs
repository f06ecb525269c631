using System.Net;
using System.Net.Sockets;
using Npgsql;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.CommandLine;

/// <summary>What a user can mend is one sentence and exit code 2: no stack trace, no job.</summary>
public sealed class MistakeTests
{
    [Theory]
    [InlineData("there is no such file", "missing.tif")]
    [InlineData("this is a directory", ".")]
    [InlineData("the file is empty", "empty.tif")]
    [InlineData("gopher:// images are not read", "gopher://host/image.tif")]
    [InlineData("--roi: the region of interest is not WKT", "image.tif", "--roi", "POLYGON ((1 2, 3")]
    [InlineData("longitude (-180..180) latitude (-90..90)", "image.tif", "--roi", "POINT (10 91)")]
    [InlineData("endpoint.name must be an http:// or https:// URL", "image.tif", "--endpoint", "htp://model")]
    [InlineData("--property blue is no NAME=VALUE", "image.tif", "--property", "blue")]
    [InlineData("is no JSON object", "image.tif", "--property", "{blue")]
    [InlineData("tile.overlap must be", "image.tif", "--tile-size", "64", "--overlap", "400")]
    public async Task Run_WithASlip_SaysItAndMakesNoJob(string sentence, string image, params string[] more)
    {
        await using var cli = new SwathCli();
        await File.WriteAllTextAsync(cli.PathOf("empty.tif"), "");
        await File.WriteAllTextAsync(cli.PathOf("image.tif"), "text");
        string[] endpoint = more.Contains("--endpoint") ? [] : ["--endpoint", "http://127.0.0.1:9/"];

        var outcome = await cli.RunAsync(["run", image, "-o", "a.geojson", .. endpoint, .. more]);

        AssertMistake(outcome, sentence);
        Assert.False(Directory.Exists(cli.PathOf(".swath")), "A job, and for it a database, was made.");
    }

    [Fact]
    public async Task Up_WhereItCannotListen_EndsWithASentence()
    {
        await using var cli = new SwathCli();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        AssertMistake(await cli.RunAsync("up", "--url", url), $"Another process listens at {url} already");
        AssertMistake(await cli.RunAsync("up", "--url", "nonsense"), "'nonsense' is no address to listen at");
        AssertMistake(await cli.RunAsync("up", "--url", "https://127.0.0.1:0"), "TLS is the work of a proxy in front");
        AssertMistake(await cli.RunAsync("serve-model", "--port", url.Split(':')[^1]), "Give another one with --port");
        AssertMistake(await cli.RunAsync("serve-model", "--port", "99999"), "--port must be 0..65535");
    }

    [Theory]
    [InlineData("up", "--url", "http://127.0.0.1:0")]
    [InlineData("jobs")]
    public async Task Command_DatabaseThatIsNotMigrated_EndsWithASentence(params string[] command)
    {
        var server = await PostgresServer.GetAsync();
        var name = $"bare_{Guid.NewGuid():N}";
        await using (var create = server.DataSource.CreateCommand($"create database {name}"))
            await create.ExecuteNonQueryAsync();
        await using var cli = new SwathCli(new Dictionary<string, string> { ["SWATH_DATABASE"] = server.ConnectionStringFor(name) });

        AssertMistake(await cli.RunAsync(command), "run 'swath migrate' once");
    }

    [Theory]
    [InlineData("nonsense", "SWATH_DATABASE is no connection string")]
    [InlineData("Host=127.0.0.1;Port=9;Username=x;Database=y", "The database that SWATH_DATABASE names can't be reached")]
    public async Task Command_DatabaseThatIsNone_EndsWithASentence(string database, string sentence)
    {
        await using var cli = new SwathCli(new Dictionary<string, string> { ["SWATH_DATABASE"] = database });

        AssertMistake(await cli.RunAsync("jobs"), sentence);
    }

    [Fact]
    public async Task Command_RoleWithoutRights_EndsWithASentence()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        var role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"create role {role} login");
        var user = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role };
        await using var cli = new SwathCli(new Dictionary<string, string> { ["SWATH_DATABASE"] = user.ConnectionString });

        AssertMistake(await cli.RunAsync("jobs"), "The database refused: permission denied");
        await database.ExecuteAsync($"drop role {role}");
    }

    [Fact]
    public async Task Command_SettingsThatAreNoJson_EndsWithASentence()
    {
        await using var cli = new SwathCli();
        await File.WriteAllTextAsync(cli.PathOf("appsettings.json"), "{ WORKER_SLOTS: ");

        AssertMistake(await cli.RunAsync("up", "--url", "http://127.0.0.1:0"), "appsettings.json' can't be read");
        AssertMistake(await cli.RunAsync("demo", "--output", "appsettings.json/demo"), "appsettings.json/demo' can't be made");
    }

    [Fact]
    public async Task Command_NumbersOutOfRange_EndWithASentence()
    {
        await using var cli = new SwathCli();

        AssertMistake(await cli.RunAsync("jobs", "--limit", "-1"), "--limit must be 1 or more");
        AssertMistake(await cli.RunAsync("serve-model", "--latency", "-5"), "--latency must be");
        AssertMistake(await cli.RunAsync("serve-model", "--fail-rate", "2"), "--fail-rate must be 0..1");
    }

    private static void AssertMistake(CommandOutcome outcome, string sentence)
    {
        Assert.True(outcome.ExitCode == 2, outcome.ToString());
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", outcome.ToString(), StringComparison.Ordinal);
    }
}
