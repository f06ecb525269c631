using System.Text;

namespace Swath.Endpoints.Tests.Answers;

/// <summary>Features that can't be used, among others that can.</summary>
public sealed class DroppedFeaturesTests
{
    private const string Good = """{"type":"Feature","properties":{"imageBBox":[1,1,5,5]}}""";

    [Theory]
    [InlineData("7", "a feature object")]
    [InlineData("""{"type":"Feature","properties":{}}""", "does not say where it is")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[600,1,700,5]}}""", "outside of the 512 x 512 tile")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[515,1,517,5]}}""", "outside of the 512 x 512 tile")]
    [InlineData("""{"type":"Feature","properties":{"imageGeometry":{"type":"Point","coordinates":[-2.5,1]}}}""", "outside of the 512 x 512 tile")]
    [InlineData("""{"type":"Feature","properties":{"imageGeometry":{"type":"Polygon","coordinates":[[[5,5],[5,5],[5,5]]]}}}""", "rings of three or more different positions")]
    [InlineData("""{"type":"Feature","properties":{"imageGeometry":{"type":"Polygon","coordinates":[[[5,5],[6,5],[5,5],[6,5],[5,5]]]}}}""", "rings of three or more different positions")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"featureClasses":"ship"}}""", "featureClasses")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"note":"\ud800"}}""", "unpaired surrogates")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"note":[{"a":"\udc00x"}]}}""", "unpaired surrogates")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"\ud800":1}}""", "unpaired surrogates")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"a":1,"\u0061":2}}""", "'a' twice")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"imageBBox":[1,1,2,2]}}""", "'imageBBox' twice")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"note":{"b":[{"a":1,"a":1}]}}}""", "'a' twice")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2]},"properties":{}}""", "'properties' twice")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"featureClasses":[{"iri":"a","iri":"b"}]}}""", "'iri' twice")]
    [InlineData("""{"type":"Feature","properties":{"imageBBox":[1,1,2,2],"speed":1e999}}""", "beyond the range")]
    public void Read_OneThatCannotBeUsed_IsDroppedAndNamed(string bad, string reason)
    {
        var answer = Answer.ReadAll(Collection(Good, bad, Good));

        Assert.Equal([0, 2], answer.Detections.Select(detection => detection.Number));
        Assert.Equal(1, answer.Dropped.Count);
        var sentence = Assert.Single(answer.Dropped.Reasons);
        Assert.StartsWith("features[1]", sentence, StringComparison.Ordinal);
        Assert.Contains(reason, sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[-1.5,100]", 0, 100)]
    [InlineData("[513.9,600e-1]", 512, 60)]
    [InlineData("[10,-2]", 10, 0)]
    public void Read_PointCloseToTheTile_IsOnItsEdge(string position, double x, double y)
    {
        var detection = Assert.Single(Answer.Read(Collection(Shape("Point", position))));

        Assert.Equal([x, y], detection.Geometry.Coordinates.ToArray());
    }

    [Fact]
    public void Read_MorePositionsThanBelieved_IsDropped()
    {
        var ring = string.Join(',', Enumerable.Range(0, 20).Select(i => $"[{i},{i * i}]"));
        var polygon = Shape("Polygon", $"[[{ring}]]");

        Assert.Equal(0, Answer.ReadAll(Collection(Good, polygon), new AnswerLimits(21, 0.5)).Dropped.Count);
        Assert.Contains("FEATURE_MAX_VERTICES", Assert.Single(Answer.ReadAll(Collection(Good, polygon), new AnswerLimits(19, 0.5)).Dropped.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MoreDroppedThanTheLimit_FailsTheTileWithTheFirstReason()
    {
        const string bad = """{"type":"Feature","properties":{}}""";
        Assert.Equal(2, Answer.ReadAll(Collection(Good, bad, bad, Good)).Dropped.Count);

        var failure = Answer.Fail(Collection(bad, Good, bad));

        Assert.Equal(InvocationFailure.NoImageGeometry, failure.Kind);
        Assert.StartsWith("2 of 3 features", failure.Message, StringComparison.Ordinal);
        Assert.Contains("features[0]", failure.Message, StringComparison.Ordinal);
        Assert.Throws<InvocationException>(() => Answer.ReadAll(Collection(Good, Good, bad), new AnswerLimits(100, 0)));
    }

    [Fact]
    public void Read_AMillionThatCannotBeUsed_EndsInSeconds()
    {
        var before = Environment.CpuUsage.TotalTime;

        Answer.Fail(Collection([.. Enumerable.Repeat("{}", 1_000_000)]));

        var taken = Environment.CpuUsage.TotalTime - before;
        Assert.True(taken < TimeSpan.FromSeconds(10), $"Took {taken}.");
    }

    [Theory]
    [InlineData("""{"type":"FeatureCollection","features":[],"features":[]}""")]
    [InlineData("""{"type":"FeatureCollection","features":[],"type":"FeatureCollection"}""")]
    public void Read_CollectionThatSaysTwoThings_FailsTheTile(string answer) => Assert.Contains("twice", Answer.Fail(answer).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_IndentedMembers_LoseTheirLineBreaksAndNothingElse()
    {
        const string properties = "{\"imageBBox\":[1,1,2,2],\"a\" : {\r\n \"t\": \"x \\\" \\n \\\\\",\n\t\"n\": [ 1.50 , -2e3 ] } ,\"b\":\n\ttrue }";

        var detection = Answer.ReadOne(properties);

        Assert.Equal(["{\"t\":\"x \\\" \\n \\\\\",\"n\":[1.50,-2e3]}", "true"], detection.Properties.Select(property => Encoding.UTF8.GetString(property.Value.Span)));
    }

    private static string Shape(string type, string coordinates) =>
        """{"type":"Feature","properties":{"imageGeometry":{"type":"TYPE","coordinates":COORDINATES}}}""".Replace("TYPE", type, StringComparison.Ordinal)
            .Replace("COORDINATES", coordinates, StringComparison.Ordinal);

    private static string Collection(params string[] features) => $$"""{"type":"FeatureCollection","features":[{{string.Join(',', features)}}]}""";
}
