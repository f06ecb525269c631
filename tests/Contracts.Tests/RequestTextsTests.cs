using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Swath.Contracts.Tests;

/// <summary>What can't be stored is refused, wherever it stands in the request.</summary>
public sealed class RequestTextsTests
{
    private static readonly ImageRequested Valid = new()
    {
        JobId = Guid.Parse("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c"),
        ImageUrl = "a.tif",
        Endpoint = new() { Name = "http://127.0.0.1:8080/invocations" },
        Outputs = [OutputSink.ToFile("a.geojson")],
    };

    public static TheoryData<string, Func<string, ImageRequested>> Texts => new()
    {
        { "externalId", text => Valid with { ExternalId = text } },
        { "jobName", text => Valid with { JobName = text } },
        { "tenant", text => Valid with { Tenant = text } },
        { "imageUrl", text => Valid with { ImageUrl = text } },
        { "imageReadRole", text => Valid with { ImageReadRole = text } },
        { "endpoint.name", text => Valid with { Endpoint = new() { Name = text } } },
        { "endpoint.targetVariant", text => Valid with { Endpoint = new() { Name = "e", Type = EndpointType.SageMaker, TargetVariant = text } } },
        { "endpoint.assumedRole", text => Valid with { Endpoint = Valid.Endpoint with { AssumedRole = text } } },
        { "endpoint.parameters", text => Valid with { Endpoint = Valid.Endpoint with { Parameters = new Dictionary<string, string> { [text] = "a" } } } },
        { "endpoint.parameters.a", text => Valid with { Endpoint = Valid.Endpoint with { Parameters = new Dictionary<string, string> { ["a"] = text } } } },
        { "regionOfInterest", text => Valid with { RegionOfInterest = text } },
        { "jobKind", text => Valid with { JobKind = text } },
        { "outputs.path", text => Valid with { Outputs = [OutputSink.ToFile(text)] } },
        { "outputs.prefix", text => Valid with { Outputs = [OutputSink.ToFile("a") with { Prefix = text }] } },
        { "affinity", text => Valid with { Affinity = new() { Hard = new() { Tags = [text] } } } },
        { "affinity", text => Valid with { Affinity = new() { AntiJobKinds = [text] } } },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Problems_NullCharacterOrWhatStandsForIt_NamesTheField(string field, Func<string, ImageRequested> with)
    {
        var sentence = Assert.Single(ImageRequestRules.Problems(with("a\0b")), problem => problem.StartsWith(field, StringComparison.Ordinal) && problem.Contains("U+0000", StringComparison.Ordinal));

        // What is read back from a stored event has U+FFFD in its place, and must be refused in the same words.
        Assert.Contains(sentence, ImageRequestRules.Problems(with("a\uFFFDb")));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Problems_HugeText_NamesTheFieldAndItsLimit(string field, Func<string, ImageRequested> with) =>
        Assert.Contains(ImageRequestRules.Problems(with(new string('x', 2_000_000))),
            problem => problem.StartsWith(field, StringComparison.Ordinal) && problem.Contains("no longer than", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"a":"x\u0000y"}""")]
    [InlineData("""{"a\u0000b":1}""")]
    [InlineData("""{"a":{"b":[1,"\u0000"]}}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":1e999999}""")]
    public void Problems_FeaturePropertyThatNoDatabaseTakes_IsNamed(string properties)
    {
        using var json = JsonDocument.Parse(properties);

        Assert.Contains(ImageRequestRules.Problems(Valid with { FeatureProperties = [json.RootElement] }),
            problem => problem.StartsWith("featureProperties", StringComparison.Ordinal));
    }

    [Fact]
    public void Problems_TextOfWholeCharacters_IsFineWithoutTheTwoOnly() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll<string>(text =>
        {
            var name = new string([.. (text ?? "").Take(200)]);
            var whole = name.EnumerateRunes().All(rune => rune.Value is not 0 and not 0xFFFD);
            return ImageRequestRules.Problems(Valid with { JobName = name }).Count == 0 == whole;
        }));
}
