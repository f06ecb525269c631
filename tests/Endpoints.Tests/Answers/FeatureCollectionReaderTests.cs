using System.Text;

namespace Swath.Endpoints.Tests.Answers;

public sealed class FeatureCollectionReaderTests
{
    private const string Square = "[[10,10],[20,10],[20,30],[10,30],[10,10]]";

    [Fact]
    public void Read_PresentForm_TakesGeometryBoxAndClasses()
    {
        var detection = Answer.ReadOne($$"""
            {"imageGeometry":{"type":"Polygon","coordinates":[{{Square}}]},"imageBBox":[9,9,21,31],
             "featureClasses":[{"iri":"boat","score":0.4},{"iri":"ship","score":0.9,"label":"Schiff"}]}
            """);

        Assert.Equal(PixelGeometryType.Polygon, detection.Geometry.Type);
        Assert.Equal(new PixelBounds(10, 10, 20, 30), detection.Geometry.Bounds);
        Assert.Equal(new PixelBounds(9, 9, 21, 31), detection.Bounds);
        Assert.Equal(0.9, detection.Score);
        Assert.Equal("ship", detection.TopClass!.Iri);
        Assert.Equal("\"Schiff\"", Encoding.UTF8.GetString(Assert.Single(detection.TopClass.Members).Value.Span));
    }

    [Theory]
    [InlineData("""{"detection":{"type":"Polygon","coordinates":[[[10,10],[20,10],[20,30],[10,30],[10,10]]]}}""")]
    [InlineData("""{"detection":{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]]],"pixelCoordinates":[[[10,10],[20,10],[20,30],[10,30]]]}}""")]
    [InlineData("""{"geom_imcoords":[[10,10],[20,10],[20,30],[10,30]]}""")]
    [InlineData("""{"bounds_imcoords":[10,10,20,30]}""")]
    [InlineData("""{"bounds_imcoords":[20,30,10,10]}""")]
    [InlineData("""{"imageBBox":[10,10,20,30]}""")]
    [InlineData("""{"imageGeometry":null,"imageBBox":[10,10,20,30]}""")]
    public void Read_OlderForms_GiveThePolygon(string properties)
    {
        var detection = Answer.ReadOne(properties, """{"type":"Point","coordinates":[0,0]}""");

        Assert.Equal(PixelGeometryType.Polygon, detection.Geometry.Type);
        Assert.Equal(new PixelBounds(10, 10, 20, 30), detection.Geometry.Bounds);
        Assert.Equal(10, detection.Geometry.Coordinates.Length);
    }

    [Fact]
    public void Read_PlainGeometryOnly_IsInPixels()
    {
        var detection = Answer.ReadOne("null", """{"type":"Point","coordinates":[5.5,6.5]}""");

        Assert.Equal([5.5, 6.5], detection.Geometry.Coordinates.ToArray());
        Assert.Equal((1.0, 0), (detection.Score, detection.Classes.Count));
    }

    [Fact]
    public void Read_OlderClasses_BecomeClassesAndStayProperties()
    {
        var detection = Answer.ReadOne("""{"bounds_imcoords":[1,1,2,2],"detection_score":0.3,"feature_types":{"ship":0.8,"pier":0.1}}""");

        Assert.Equal([new FeatureClass("ship", 0.8), new FeatureClass("pier", 0.1)], detection.Classes);
        Assert.Equal(0.8, detection.Score);
        Assert.Equal(["detection_score", "feature_types"], detection.Properties.Select(p => p.Name));
    }

    [Fact]
    public void Read_OldScoreWithoutClasses_IsTheScore()
    {
        Assert.Equal(0.3, Answer.ReadOne("""{"bounds_imcoords":[1,1,2,2],"detection_score":0.3}""").Score);
        Assert.Equal(0.3, Answer.ReadOne("""{"bounds_imcoords":[1,1,2,2],"detection_score":0.3,"featureClasses":[{"iri":"a"}]}""").TopClass!.Score);
    }

    [Fact]
    public void Read_UnknownMembers_AreKeptWithoutTheirWhiteSpace()
    {
        var detection = Answer.ReadOne(
            """{"heading":12.50,"imageBBox":[1,1,2,2],"track":{"id":[1, 2]},"name":"M\u00fc"}""", members: "\"id\":\"a-7\",\"model\":{\"v\":3},");

        Assert.Equal(["heading=12.50", "track={\"id\":[1,2]}", "name=\"M\\u00fc\""], detection.Properties.Select(Text));
        Assert.Equal(["id=\"a-7\"", "model={\"v\":3}"], detection.Members.Select(Text));

        static string Text(RawMember member) => $"{member.Name}={Encoding.UTF8.GetString(member.Value.Span)}";
    }

    [Fact]
    public void Read_ByteOrderMarkAndNoFeatures_IsEmpty() =>
        Assert.Empty(Answer.Read("\uFEFF {\"features\":[],\"crs\":{\"type\":\"name\"},\"type\":\"FeatureCollection\"}\n"));

    [Theory]
    [InlineData("[]", InvocationFailure.WrongShape)]
    [InlineData("null", InvocationFailure.WrongShape)]
    [InlineData("{}", InvocationFailure.WrongShape)]
    [InlineData("""{"type":"FeatureCollection"}""", InvocationFailure.WrongShape)]
    [InlineData("""{"type":"FeatureCollection","features":{}}""", InvocationFailure.WrongShape)]
    [InlineData("""{"type":"FeatureCollection","features":[1]}""", InvocationFailure.WrongShape)]
    [InlineData("""{"type":"FeatureCollection","features":[{"type":"Point"}]}""", InvocationFailure.WrongShape)]
    [InlineData("""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}""", InvocationFailure.NoImageGeometry)]
    [InlineData("""{"type":"FeatureCollection","features":[]} x""", InvocationFailure.NotJson)]
    [InlineData("""{"type":"FeatureCollection",'features':[]}""", InvocationFailure.NotJson)]
    [InlineData("  \r\n", InvocationFailure.NotJson)]
    public void Read_NotACollection_IsTyped(string json, InvocationFailure kind) => Assert.Equal((kind, false), (Answer.Fail(json).Kind, Answer.Fail(json).Retryable));

    [Fact]
    public void Read_NotUtf8_IsNotJson()
    {
        byte[] latin1 = [(byte)'"', 0xE9, (byte)'"'];

        Assert.Equal(InvocationFailure.NotJson, Assert.Throws<InvocationException>(() => FeatureCollectionReader.Read(latin1, Answer.Tile)).Kind);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("1e999")]
    public void Read_NumberIsNotFinite_HasItsOwnKind(string number)
    {
        var failures = new[]
        {
            Answer.FailOne($$"""{"imageBBox":[1,{{number}},2,2]}"""),
            Answer.FailOne($$$"""{"imageGeometry":{"type":"Point","coordinates":[{{{number}}},1]}}"""),
            Answer.FailOne($$"""{"imageBBox":[1,1,2,2],"featureClasses":[{"iri":"a","score":{{number}}}]}"""),
            Answer.FailOne($$"""{"imageBBox":[1,1,2,2],"detection_score": {{number}}}"""),
        };

        Assert.All(failures, failure => Assert.Equal((InvocationFailure.NotFinite, false), (failure.Kind, failure.Retryable)));
    }

    [Theory]
    [InlineData("""{"imageBBox":[1,2,3]}""", "imageBBox")]
    [InlineData("""{"imageBBox":[1,2,3,4,5]}""", "imageBBox")]
    [InlineData("""{"imageBBox":"1,2,3,4"}""", "imageBBox")]
    [InlineData("""{"imageGeometry":{"type":"Circle","coordinates":[1,2]}}""", "imageGeometry.type")]
    [InlineData("""{"imageGeometry":{"type":"GeometryCollection","geometries":[]}}""", "imageGeometry.type")]
    [InlineData("""{"imageGeometry":{"type":"Point"}}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":[1,2]}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":{"type":"Polygon","coordinates":[1,2]}}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":{"type":"MultiPolygon","coordinates":[]}}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":{"type":"LineString","coordinates":[[1,2]]}}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":{"type":"Point","coordinates":["1","2"]}}""", "imageGeometry")]
    [InlineData("""{"imageGeometry":{"type":"Point","coordinates":[1]}}""", "imageGeometry")]
    [InlineData("""{"imageBBox":[1,1,2,2],"featureClasses":["ship"]}""", "featureClasses")]
    [InlineData("""{"imageBBox":[1,1,2,2],"featureClasses":[{"score":1}]}""", "featureClasses[].iri")]
    [InlineData("""{"imageBBox":[1,1,2,2],"featureClasses":[{"iri":7}]}""", "featureClasses[].iri")]
    [InlineData("""{"imageBBox":[1,1,2,2],"featureClasses":[{"iri":"a","score":"high"}]}""", "featureClasses[].score")]
    [InlineData("""{"imageBBox":[1,1,2,2],"featureClasses":[{"iri":"\ud800"}]}""", "featureClasses[].iri")]
    [InlineData("""{"imageBBox":[1,1,2,2],"feature_types":["ship"]}""", "feature_types")]
    [InlineData("7", "properties")]
    public void Read_WrongShape_NamesThePlace(string properties, string place)
    {
        var failure = Answer.FailOne(properties);

        Assert.Equal(InvocationFailure.WrongShape, failure.Kind);
        Assert.Contains($"features[0].", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{place}: expected", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[600,10,620,20]")]
    [InlineData("[-20,10,-10,20]")]
    [InlineData("[10,513,20,530]")]
    public void Read_OutsideTheTile_IsRefused(string box) =>
        Assert.Equal(InvocationFailure.OutsideTile, Answer.FailOne($$"""{"imageBBox":{{box}}}""").Kind);

    [Fact]
    public void Read_PartlyOutsideTheTile_IsKept() =>
        Assert.Equal(new PixelBounds(-5, 500, 10, 520), Answer.ReadOne("""{"imageBBox":[-5,500,10,520]}""").Bounds);

    [Fact]
    public void Read_EveryTruncation_IsTypedAndMayBeRetried()
    {
        const string json = """{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"imageBBox":[1,1,2.5,2],"a":"x\u00e9y","b":true}}]}""";

        for (var length = 1; length < json.Length; length++)
        {
            var failure = Answer.Fail(json[..length]);
            Assert.Equal((InvocationFailure.NotJson, true), (failure.Kind, failure.Retryable));
        }
    }
}
