using System.Security.Cryptography;
using Swath.Contracts;
using Swath.Host.Demo;
using Swath.Host.SampleModels.Detecting;
using Swath.Imaging;

namespace Swath.Host.Tests.Demo;

public sealed class HarbourSceneTests : IClassFixture<HarbourSceneFile>
{
    private readonly HarbourSceneFile _file;

    public HarbourSceneTests(HarbourSceneFile file) => _file = file;

    [Fact]
    public void Create_Twice_DrawsTheSamePixels()
    {
        var again = HarbourScene.Create();

        Assert.Equal(_file.Scene.Ships, again.Ships);
        Assert.Equal(Hash(_file.Scene, 4000), Hash(again, 4000));
    }

    [Fact]
    public void Ships_All_AreApartAndInside()
    {
        var ships = _file.Scene.Ships;

        Assert.InRange(ships.Count, 400, 650);
        for (var i = 0; i < ships.Count; i++)
        {
            var box = PixelBox.Around(ships[i].Outline);
            Assert.True(box.Left > 0 && box.Top > 0 && box.Right < HarbourScene.Size && box.Bottom < HarbourScene.Size);
            for (var j = i + 1; j < ships.Count; j++)
                Assert.False(ships[i].IsNear(ships[j], 5), $"{ships[i]} touches {ships[j]}");
        }
    }

    [Fact]
    public void Ships_ManyAreCutByTileBorders()
    {
        var tiles = TileGrid.Cover(new PixelWindow(0, 0, HarbourScene.Size, HarbourScene.Size), 1024, 50);

        var cut = _file.Scene.Ships.Count(ship => tiles.Any(tile => IsCut(PixelBox.Around(ship.Outline), tile)));

        Assert.True(cut >= 60, $"{cut} ships are cut");
    }

    [Fact]
    public void Detector_AllTilesOfTheScene_IsRightNearlyAlways()
    {
        using var image = ImageFile.Open(_file.Path, ImagingLimits.Default);
        var features = new List<DetectedFeature>();
        var pixels = new byte[1024 * 1024 * 3];
        foreach (var tile in TileGrid.Cover(image.Bounds, 1024, 50))
        {
            image.Read(tile, pixels);
            foreach (var ship in ShipDetector.Detect(pixels, tile.Width, tile.Height, 3))
                features.Add(new DetectedFeature([.. ship.Corners.Select((value, i) => value + (i % 2 == 0 ? tile.X : tile.Y))], ship.Score));
        }

        var score = DetectionScore.Of(_file.Scene.Ships, OnePerPlace(features));

        Assert.True(score.Precision >= 0.98, $"precision {score.Precision:0.0000}");
        Assert.True(score.Recall >= 0.98, $"recall {score.Recall:0.0000}");
        Assert.True(features.Count > score.Matched.Count + 100, "tiles that overlap see the same ships");
    }

    // What a worker does better: of features that cover each other, the largest.
    private static List<DetectedFeature> OnePerPlace(List<DetectedFeature> features)
    {
        var kept = new List<DetectedFeature>();
        foreach (var feature in features.OrderByDescending(feature => feature.Box.Area))
        {
            if (!kept.Exists(other => Covers(other.Box, feature.Box)))
                kept.Add(feature);
        }

        return kept;
    }

    private static bool Covers(PixelBox large, PixelBox small)
    {
        var width = Math.Min(large.Right, small.Right) - Math.Max(large.Left, small.Left);
        var height = Math.Min(large.Bottom, small.Bottom) - Math.Max(large.Top, small.Top);
        return width > 0 && height > 0 && width * height > 0.6 * small.Area;
    }

    private static bool IsCut(PixelBox box, PixelWindow tile)
    {
        var touches = box.Left < tile.Right && box.Right > tile.X && box.Top < tile.Bottom && box.Bottom > tile.Y;
        var inside = box.Left >= tile.X && box.Right <= tile.Right && box.Top >= tile.Y && box.Bottom <= tile.Bottom;
        return touches && !inside;
    }

    private static string Hash(HarbourScene scene, int row)
    {
        var rows = new byte[64 * HarbourScene.Size * 3];
        scene.Render(row, rows);
        return Convert.ToHexString(SHA256.HashData(rows));
    }
}
