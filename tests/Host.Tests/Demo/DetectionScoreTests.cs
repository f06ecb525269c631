using Swath.Host.Demo;
using Swath.Host.Demo.Scene;

namespace Swath.Host.Tests.Demo;

public sealed class DetectionScoreTests
{
    private static readonly Ship[] Truth = [At(100, 100), At(300, 100), At(500, 100)];

    [Fact]
    public void Of_OneFoundTwiceOneMissedOneInvented_CountsEach()
    {
        var score = DetectionScore.Of(Truth, [See(Truth[0], 0.9), See(Truth[0], 0.8), See(Truth[1], 0.7), See(At(900, 900), 0.99)]);

        Assert.Equal((2, 2, 1), (score.Matched.Count, score.Mistaken.Count, score.Missed.Count));
        Assert.Equal((0.5, 2 / 3.0), (score.Precision, score.Recall));
        Assert.Equal(Truth[2], Assert.Single(score.Missed));
        Assert.Contains(score.Mistaken, feature => feature.Score == 0.8);
    }

    [Fact]
    public void Of_FeatureShiftedByHalfAShip_IsNoMatch() =>
        Assert.Equal(0, DetectionScore.Of(Truth, [See(At(130, 100), 1)]).Recall);

    [Fact]
    public void Of_NothingThereNothingSeen_IsPerfect()
    {
        var score = DetectionScore.Of([], []);

        Assert.Equal((1.0, 1.0), (score.Precision, score.Recall));
    }

    [Fact]
    public void ReadAll_GeoJson_TakesImageGeometryAndTopScore()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """
                {"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[-74,40]},
                 "properties":{"imageGeometry":{"type":"Polygon","coordinates":[[[1,2],[5,2],[5,9],[1,2]]]},
                 "featureClasses":[{"iri":"a","score":0.2},{"iri":"ship","score":0.8}]}}]}
                """);

            var feature = Assert.Single(DetectedFeature.ReadAll(path));

            Assert.Equal((new PixelBox(1, 2, 5, 9), 0.8), (feature.Box, feature.Score));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Ship At(double x, double y) => new(ShipKind.Tanker, new Pose(x, y, 0), 80, 16, UnderWay: false);

    private static DetectedFeature See(Ship ship, double score) => new(ship.Outline, score);
}
