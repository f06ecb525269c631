using System.Globalization;
using System.Text.Json;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests.Hostile;

/// <summary>What a model may answer: one feature that can't be used must not cost the others, nor the process its time.</summary>
public sealed class HostileAnswersTests
{
    private const int Pixels = 512;

    [Fact]
    public async Task Run_SomeFeaturesThatCannotBeUsed_CostNoOther()
    {
        await using var cli = new SwathCli();
        var good = Enumerable.Range(0, 395).Select(i => Box(10 + (i % 20 * 20), 10 + (i / 20 * 20)));
        await using var model = new ScriptedModel(Collection(
        [
            .. good,
            Feature("""{"type":"Point","coordinates":[-1.5,100]}"""),
            Feature("""{"type":"Polygon","coordinates":[[[5,5],[5,5],[5,5],[5,5]]]}"""),
            Feature("""{"type":"Point","coordinates":[9000,100]}"""),
            Feature("""{"type":"Point","coordinates":[50,100]}""", """ "note":"\ud800","""),
            Feature("""{"type":"Point","coordinates":[50,120]}""", """ "note":{"a":1,"a":2},"""),
        ]));
        var result = cli.PathOf("result.geojson");

        var outcome = await cli.RunAsync("run", WriteImage(cli), "--endpoint", model.Url, "-o", result);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        using var written = JsonDocument.Parse(await File.ReadAllBytesAsync(result));
        Assert.Equal(396, written.RootElement.GetProperty("features").GetArrayLength());
        var summary = written.RootElement.GetProperty("swath");
        Assert.Equal(4, summary.GetProperty("droppedFeatures").GetInt64());
        Assert.Contains(summary.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.Contains("features[396]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_IndentedAnswer_StaysOneFeatureALine()
    {
        await using var cli = new SwathCli();
        var features = """
            {
              "type": "Feature",
              "id": [
                1,
                2
              ],
              "geometry": null,
              "extra": {
                "text": "a b\tc: [ 1 ]",
                "list": [
                  1, 2
                ]
              },
              "properties": {
                "imageBBox": [ 10, 10, 40, 40 ],
                "own": {
                  "a": [ ],
                  "b": "\" \\"
                },
                "featureClasses": [ { "iri": "ship", "score": 0.5, "more": {
                  "x": 1
                } } ]
              }
            }
            """;
        await using var model = new ScriptedModel(Collection([features, Box(100, 100)]));
        string[] outputs = [cli.PathOf("a.geojsonl"), cli.PathOf("a.ndjson"), cli.PathOf("a.geojsons")];

        var outcome = await cli.RunAsync(["run", WriteImage(cli), "--endpoint", model.Url, .. outputs.SelectMany(path => new[] { "-o", path })]);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        foreach (var output in outputs)
        {
            var lines = await File.ReadAllLinesAsync(output);
            Assert.Equal(2, lines.Length);
            Assert.All(lines, line => JsonDocument.Parse(line.TrimStart('\u001e')).Dispose());
            using var first = JsonDocument.Parse(lines[0].TrimStart('\u001e'));
            Assert.Equal("""{"text":"a b\tc: [ 1 ]","list":[1,2]}""", first.RootElement.GetProperty("extra").GetRawText());
            Assert.Equal("""{"a":[],"b":"\" \\"}""", first.RootElement.GetProperty("properties").GetProperty("own").GetRawText());
        }
    }

    [Fact]
    public async Task Run_PolygonOfRandomPositionsOverTheImagesEdge_EndsInSeconds()
    {
        await using var cli = new SwathCli();
        var random = new Random(1);
        var ring = string.Join(',', Enumerable.Range(0, 3000).Select(_ => string.Create(CultureInfo.InvariantCulture, $"[{(random.NextDouble() * 600) - 50:0.0},{(random.NextDouble() * 600) - 50:0.0}]")));
        await using var model = new ScriptedModel(Collection([Feature($$"""{"type":"Polygon","coordinates":[[{{ring}}]]}"""), Box(100, 100)]));
        var result = cli.PathOf("result.geojson");

        await using var run = cli.Start("run", WriteImage(cli), "--endpoint", model.Url, "-o", result);
        var outcome = await run.WaitAsync().WaitAsync(TimeSpan.FromSeconds(45));

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        using var written = JsonDocument.Parse(await File.ReadAllBytesAsync(result));
        Assert.Equal(2, written.RootElement.GetProperty("features").GetArrayLength());
    }

    [Fact]
    public async Task Run_SmallObjectThatTwoTilesSeeAPixelOrTwoApart_IsOne()
    {
        await using var cli = new SwathCli();

        // The two tiles begin 206 px apart: what one sees at 220 is seen by the other at 222.
        await using var model = new ScriptedModel(Collection([Box(220, 100), Box(16, 102)]));
        var result = cli.PathOf("result.geojson");

        var outcome = await cli.RunAsync("run", WriteImage(cli, width: 462, height: 256), "--endpoint", model.Url, "--tile-size", "256", "--overlap", "50", "-o", result);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        using var written = JsonDocument.Parse(await File.ReadAllBytesAsync(result));
        Assert.Equal(3, written.RootElement.GetProperty("features").GetArrayLength());
    }

    private static string WriteImage(SwathCli cli, int width = Pixels, int height = Pixels)
    {
        var path = cli.PathOf("image.tif");
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(width, height, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
        return path;
    }

    private static string Box(int x, int y) => string.Create(CultureInfo.InvariantCulture,
        $$$"""{"type":"Feature","geometry":null,"properties":{"imageBBox":[{{{x}}},{{{y}}},{{{x + 10}}},{{{y + 10}}}]}}""");

    private static string Feature(string imageGeometry, string more = "") =>
        $$$"""{"type":"Feature","geometry":null,"properties":{{{{more}}}"imageGeometry":{{{imageGeometry}}}}}""";

    private static string Collection(IEnumerable<string> features) => $$"""{"type":"FeatureCollection","features":[{{string.Join(',', features)}}]}""";
}
