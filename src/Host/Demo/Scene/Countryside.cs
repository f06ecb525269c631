namespace Swath.Host.Demo.Scene;

/// <summary>Fields and roads around the town.</summary>
internal sealed class Countryside(Terrain terrain, List<SceneShape> shapes)
{
    private static readonly SceneColor Road = new(150, 144, 130);

    private static readonly SceneColor[] Crops =
        [new(166, 152, 96), new(128, 138, 74), new(96, 122, 66), new(150, 128, 92), new(184, 170, 118), new(112, 132, 84), new(138, 112, 82)];

    // Its own dice: changing the country moves no ship.
    private readonly SceneRandom _random = new(0xF1E1D);

    public void Draw()
    {
        var grid = new Pose(-300, -1300, 0.16);
        for (var along = 0; along < 14; along++)
        {
            for (var aside = 0; aside < 38; aside++)
                DrawField(grid.Move(along * 430, aside * 310), 418, 298);
        }

        DrawRoad([0, 900, 900, 1050, 1500, 1600, 1900, 2300]);
        DrawRoad([900, 1050, 2100, 700, 3300, 560, 4960, 580]);
        DrawRoad([0, 5200, 260, 5150, 2060, 5060]);
        DrawRoad([1500, 8100, 1700, 8700, 2300, 9200, 2600, 10_000]);
        DrawRoad([1500, 8100, 2500, 8330, 2990, 8540]);
        DrawRoad([0, 9100, 900, 8800, 1500, 8100, 1960, 7300]);
    }

    private void DrawField(Pose corner, double length, double width)
    {
        var skip = _random.Next() < 0.3;
        var crop = _random.Pick<SceneColor>(Crops).Shade(_random.Between(0.85, 1.08));
        foreach (var (along, aside) in (ReadOnlySpan<(double, double)>)[(0, 0), (length, 0), (0, width), (length, width), (length / 2, width / 2)])
        {
            var (x, y) = corner.At(along, aside);
            if (x is < 0 or >= HarbourScene.Size || y is < 0 or >= HarbourScene.Size || terrain.ShoreAt(x, y) < 160)
                skip = true;
        }

        if (skip)
            return;
        shapes.Add(new SceneShape(corner.Box(0, 0, length, width), crop, 14, 0.68));
        var step = _random.Between(14, 26);
        for (var aside = step; aside < width - 4; aside += step)
            shapes.Add(new SceneShape(corner.Box(4, aside, length - 4, aside + (step * 0.4)), crop.Shade(0.88), 8, 0.4));
    }

    private void DrawRoad(ReadOnlySpan<double> line)
    {
        for (var i = 0; i + 3 < line.Length; i += 2)
        {
            double dx = line[i + 2] - line[i], dy = line[i + 3] - line[i + 1];
            var pose = new Pose(line[i], line[i + 1], Math.Atan2(dy, dx));
            shapes.Add(new SceneShape(pose.Box(-6, -9, Math.Sqrt((dx * dx) + (dy * dy)) + 6, 9), Road, 8));
            shapes.Add(new SceneShape(pose.Box(-6, -1, Math.Sqrt((dx * dx) + (dy * dy)) + 6, 1), Road.Shade(1.25), 0, 0.7));
        }
    }
}
