using System.Net;
using System.Text;
using Swath.EndToEnd.Tests.Scaling;

namespace Swath.EndToEnd.Tests.Hostile;

/// <summary>What a request may say: it is refused in a sentence, and the process lives on.</summary>
public sealed class HostileRequestsTests
{
    [Fact]
    public async Task Post_RegionNestedFiftyThousandDeep_IsRefusedAndTheProcessLivesOn()
    {
        await using var fleet = await Fleet.CreateAsync();
        var process = await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");
        var api = await Fleet.ApiOfAsync(process);
        using var http = new HttpClient();
        var wkt = new StringBuilder().Insert(0, "GEOMETRYCOLLECTION(", 52_000).Append("POINT(1 1)").Append(')', 52_000);
        var image = SlowJob.WriteImage(fleet.Cli.PathOf("image.tif"));
        var body = $$"""{"imageUrl":"{{image}}","regionOfInterest":"{{wkt}}","endpoint":{"name":"http://127.0.0.1:1/"},"outputs":[{"type":"File","path":"{{fleet.Cli.PathOf("a.geojson")}}"}]}""";

        using var answer = await http.PostAsync(api, new StringContent(body, Encoding.UTF8, "application/json"));

        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.BadRequest)
            Assert.Fail($"{answer.StatusCode} {text}; the process then: {await EndAsync(process)}");
        Assert.Contains("regionOfInterest", text, StringComparison.Ordinal);

        foreach (var (members, named) in new[]
        {
            ($"\"outputs\":[{string.Join(',', Enumerable.Repeat("""{"type":"File","path":"a.geojson"}""", 17))}]", "at most 16"),
            ("\"featureProperties\":[" + string.Join(',', Enumerable.Repeat("{\"a\":\"" + new string('x', 100_000) + "\"}", 3)) + "],\"outputs\":[]", "in all"),
        })
        {
            using var refused = await http.PostAsync(api, new StringContent($$"""{"imageUrl":"{{image}}","endpoint":{"name":"http://127.0.0.1:1/"},{{members}}}""", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(named, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // As deep as is allowed goes through every message of a job.
        await using var model = new ScriptedModel("""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"imageBBox":[1,1,9,9]}}]}""");
        var deep = $$"""{"deep":{{new string('[', 31)}}{{new string(']', 31)}}}""";
        using var accepted = await http.PostAsync(api, new StringContent(
            $$"""{"imageUrl":"{{image}}","featureProperties":[{{deep}}],"endpoint":{"name":"{{model.Url}}"},"outputs":[{"type":"File","path":"{{fleet.Cli.PathOf("b.geojson")}}"}]}""",
            Encoding.UTF8, "application/json"));
        Assert.True(accepted.StatusCode == HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync());
        await fleet.UntilAsync<string>("the job is completed", "select state from jobs where state = 'Completed'");
        Assert.Contains(deep[1..^1], await File.ReadAllTextAsync(fleet.Cli.PathOf("b.geojson")), StringComparison.Ordinal);
    }

    private static async Task<string> EndAsync(RunningCommand process)
    {
        var outcome = await process.WaitAsync();
        return $"exit code {outcome.ExitCode}: {outcome.Error[..Math.Min(300, outcome.Error.Length)]}";
    }
}
