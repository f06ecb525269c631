using FsCheck;
using FsCheck.Fluent;
using Swath.Host.Demo;
using Swath.Host.Demo.Scene;
using Swath.Host.SampleModels.Detecting;

namespace Swath.Host.Tests.SampleModels;

public sealed class ShipDetectorTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(150);

    [Fact]
    public void Detect_EmptyWater_FindsNothing() => Assert.Empty(Detect(new TestTile(300, 200), 300, 200));

    [Fact]
    public void Property_ShipAnywhereAtAnyAngle_IsFoundWhereItIs()
    {
        var poses = Gen.Choose(70, 330).Two().Zip(Gen.Choose(0, 359)).Zip(Gen.Choose(45, 110));
        Check.One(Cases, Prop.ForAll(poses.ToArbitrary(), sample =>
        {
            var (((x, y), degrees), length) = sample;
            var ship = new Ship(ShipKind.Freighter, new Pose(x, y, degrees * Math.PI / 180), length, length * 0.2, UnderWay: false);
            var found = Detect(new TestTile(400, 400).Add(ship), 400, 400);
            return found.Count == 1
                && PixelBox.Around(found[0].Corners).OverlapWith(PixelBox.Around(ship.Outline)) > 0.6
                && found[0].Score is > 0.5 and <= 1;
        }));
    }

    [Fact]
    public void Detect_PierBuoyAndQuay_AreNoShips()
    {
        var tile = new TestTile(512, 512)
            .Add(new SceneShape(new Pose(0, 100, 0).Box(0, 0, 300, 20), new(170, 160, 150), 6))
            .Add(SceneShape.Circle(400, 300, 3.5, new(220, 60, 50)))
            .Add(new SceneShape(new Pose(0, 400, 0).Box(0, 0, 512, 112), new(160, 158, 150), 8));

        Assert.Empty(Detect(tile, 512, 512));
    }

    [Fact]
    public void Detect_ShipBesideQuay_IsFoundApartFromIt()
    {
        var ship = new Ship(ShipKind.Tanker, new Pose(250, 400 - 6 - 9, 0), 100, 18, UnderWay: false);
        var tile = new TestTile(512, 512)
            .Add(new SceneShape(new Pose(0, 400, 0).Box(0, 0, 512, 112), new(160, 158, 150), 8))
            .Add(ship);

        var found = Assert.Single(Detect(tile, 512, 512));
        Assert.True(PixelBox.Around(found.Corners).OverlapWith(PixelBox.Around(ship.Outline)) > 0.75);
    }

    [Fact]
    public void Detect_GrayTileOfOddSize_FindsTheShip()
    {
        var tile = new TestTile(333, 251).Add(new Ship(ShipKind.Tug, new Pose(150, 120, 1), 50, 18, UnderWay: false));

        Assert.Single(ShipDetector.Detect(tile.BandSequential().AsSpan(0, 333 * 251), 333, 251, 1));
    }

    [Fact]
    public void Property_ConnectedRuns_AreWhatFloodFillConnects()
    {
        var pictures = Gen.Choose(0, 99).ArrayOf(17 * 13).Zip(Gen.Choose(10, 70));
        Check.One(Cases, Prop.ForAll(pictures.ToArbitrary(), sample =>
        {
            var (noise, density) = sample;
            var bright = noise.Select(value => value < density).ToArray();
            var runs = Runs(bright, 17, 13);
            var labels = BlobLabels.Connect(runs);
            var areas = Enumerable.Range(0, runs.Count).Select(labels.RootOf).Distinct().Select(root => labels[root].Area).Order();
            return areas.SequenceEqual(FloodFillAreas(bright, 17, 13).Order());
        }));
    }

    private static IReadOnlyList<DetectedShip> Detect(TestTile tile, int width, int height) =>
        ShipDetector.Detect(tile.BandSequential(), width, height, 3);

    private static List<PixelRun> Runs(bool[] bright, int width, int height)
    {
        var runs = new List<PixelRun>();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                if (!bright[(y * width) + x])
                    continue;
                var start = x;
                while (x < width && bright[(y * width) + x])
                    x++;
                runs.Add(new PixelRun(y, start, x));
            }
        }

        return runs;
    }

    private static List<int> FloodFillAreas(bool[] bright, int width, int height)
    {
        var left = (bool[])bright.Clone();
        var areas = new List<int>();
        for (var i = 0; i < left.Length; i++)
        {
            if (!left[i])
                continue;
            var area = 0;
            var open = new Stack<int>([i]);
            left[i] = false;
            while (open.TryPop(out var at))
            {
                area++;
                for (var n = 0; n < 9; n++)
                {
                    var (x, y) = ((at % width) + (n % 3) - 1, (at / width) + (n / 3) - 1);
                    if (x < 0 || y < 0 || x >= width || y >= height || !left[(y * width) + x])
                        continue;
                    left[(y * width) + x] = false;
                    open.Push((y * width) + x);
                }
            }

            areas.Add(area);
        }

        return areas;
    }
}
