using System.Buffers;
using System.Text;
using System.Text.Json;
using Swath.Worker.Features;

namespace Swath.Worker.Tests.Features;

public sealed class RequestPropertiesTests
{
    [Fact]
    public void Finish_IndentedProperties_StayOnOneLine()
    {
        using var json = System.Text.Json.JsonDocument.Parse("{\n  \"a\": [\n    1,\n    \"x y\"\n  ]\n}");
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        new RequestProperties([json.RootElement]).Finish("""{"type":"Feature","properties":{"b":1}}"""u8, 1, output);

        Assert.Equal("""{"type":"Feature","properties":{"b":1,"a":[1,"x y"]}}""", System.Text.Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private const string Feature = """{"type":"Feature","geometry":null,"properties":{"featureClasses":[{"iri":"a","score":0.5}],"colour":"red"}}""";

    [Fact]
    public void Finish_NoProperties_LeavesTheBytesAsTheyAre() => Assert.Equal(Feature, Finish([]));

    [Fact]
    public void Finish_NewNames_AreAddedBehindTheOthers()
    {
        const string expected = """{"type":"Feature","geometry":null,"properties":{"featureClasses":[{"iri":"a","score":0.5}],"colour":"red","mission":"x","n":{"a":[1]}}}""";
        Assert.Equal(expected, Finish(["""{"mission":"x"}""", """{"n":{"a":[1]}}"""]));
    }

    [Fact]
    public void Finish_NameOfTheModel_IsReplacedOnce()
    {
        using var result = JsonDocument.Parse(Finish(["""{"colour":"blue"}""", """{"colour":"green"}"""]));
        var colours = result.RootElement.GetProperty("properties").EnumerateObject().Where(p => p.Name == "colour").ToList();
        Assert.Equal("green", Assert.Single(colours).Value.GetString());
    }

    [Fact]
    public void Finish_NameThatSwathWrites_IsLeftOutWithAWarning()
    {
        var properties = new RequestProperties([JsonDocument.Parse("""{"imageBBox":[0,0,0,0]}""").RootElement]);
        Assert.Contains("imageBBox", Assert.Single(properties.Warnings), StringComparison.Ordinal);
        Assert.Equal(Feature, Finish(["""{"imageBBox":[0,0,0,0]}"""]));
    }

    [Fact]
    public void Finish_NotAnObject_IsLeftOutWithAWarning() =>
        Assert.Single(new RequestProperties([JsonDocument.Parse("[1]").RootElement]).Warnings);

    [Fact]
    public void Finish_LoweredScore_IsWrittenToEveryClass()
    {
        using var result = JsonDocument.Parse(Finish([], 0.5));
        Assert.Equal(0.25, result.RootElement.GetProperty("properties").GetProperty("featureClasses")[0].GetProperty("score").GetDouble());
    }

    private static string Finish(string[] objects, double factor = 1)
    {
        var output = new ArrayBufferWriter<byte>();
        new RequestProperties([.. objects.Select(o => JsonDocument.Parse(o).RootElement)]).Finish(Encoding.UTF8.GetBytes(Feature), factor, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
