namespace Swath.Host.Demo.Scene;

/// <summary>What people built: the port's moles, jetties and breakwaters, the marina, the town. Draws it, and says where ships can lie.</summary>
internal sealed class HarbourPlan
{
    private static readonly SceneColor Concrete = new(168, 166, 158);
    private static readonly SceneColor Asphalt = new(116, 116, 114);
    private static readonly SceneColor Stone = new(128, 122, 112);
    private static readonly SceneColor Timber = new(152, 132, 104);
    private static readonly SceneColor[] Roofs = [new(176, 106, 82), new(158, 92, 74), new(186, 182, 174), new(146, 142, 138), new(196, 188, 172), new(124, 118, 114)];
    private static readonly SceneColor[] Sheds = [new(206, 208, 206), new(150, 168, 180), new(184, 176, 160), new(132, 150, 140), new(196, 132, 108)];
    private static readonly SceneColor[] Boxes = [new(186, 74, 58), new(68, 108, 158), new(204, 152, 60), new(92, 142, 98), new(206, 206, 200), new(146, 92, 70)];

    private readonly SceneRandom _random;
    private readonly Terrain _terrain;

    public HarbourPlan(SceneRandom random, Terrain terrain)
    {
        (_random, _terrain) = (random, terrain);
        new Countryside(terrain, Shapes).Draw();
        DrawTown();
        DrawPort();
        DrawJetties();
        DrawBreakwater([4950, 560, 5900, 1000, 6500, 1700, 6850, 2550, 6980, 3350]);
        DrawBreakwater([3000, 8560, 4300, 8420, 5600, 7800, 6500, 7000, 6900, 6150, 6980, 5350]);
        DrawMarina();
        DrawRocksAndBuoys();
    }

    public List<SceneShape> Shapes { get; } = [];

    /// <summary>What stands in the water or beside it and blocks ships.</summary>
    public List<SceneShape> Solids { get; } = [];

    /// <summary>Quay edges: ships lie to the right of the pose, along it.</summary>
    public List<(Pose Start, double Length)> Berths { get; } = [];

    /// <summary>Pontoons: boats lie across, on both sides.</summary>
    public List<(Pose Start, double Length, double Width)> Pontoons { get; } = [];

    private void Solid(double[] points, SceneColor color, int grain)
    {
        var shape = new SceneShape(points, color, grain);
        Shapes.Add(shape);
        Solids.Add(shape);
    }

    private void Raised(double[] points, SceneColor color, double height, int grain = 4)
    {
        var shadow = new double[points.Length];
        for (var i = 0; i < points.Length; i += 2)
            (shadow[i], shadow[i + 1]) = (points[i] - (height * 0.6), points[i + 1] - height);
        Shapes.Add(new SceneShape(shadow, new(34, 38, 42), 0, 0.5));
        Shapes.Add(new SceneShape(points, color, grain));
    }

    private void DrawPort()
    {
        Solid(new Pose(2050, 2260, 0).Box(0, 0, 1010, 5080), Concrete, 9);
        Shapes.Add(new SceneShape(new Pose(2050, 2260, 0).Box(60, 40, 930, 5040), Asphalt, 10));
        for (var y = 2380.0; y < 7100; y += 236)
            DrawYard(new Pose(2130, y, 0), 720, 150);
        ReadOnlySpan<double> tops = [2430, 3400, 4440, 5520, 6540];
        ReadOnlySpan<double> widths = [430, 520, 560, 460, 500];
        ReadOnlySpan<double> lengths = [1500, 2150, 2450, 2050, 1650];
        for (var mole = 0; mole < tops.Length; mole++)
            DrawMole(new Pose(3040, tops[mole], mole * 0.012), lengths[mole], widths[mole], mole);
    }

    private void DrawMole(Pose root, double length, double width, int number)
    {
        Solid(root.Box(0, 0, length, width), Concrete.Shade(1.1), 8);
        Shapes.Add(new SceneShape(root.Box(0, 4, length - 4, width - 4), Concrete, 9));
        Shapes.Add(new SceneShape(root.Box(0, 46, length - 46, width - 46), Asphalt, 9));
        Berths.Add((root.Move(length, 0, Math.PI), length - 40));
        Berths.Add((root.Move(60, width), length - 60));
        Berths.Add((root.Move(length, width, -Math.PI / 2), width));
        for (var along = 80.0; along < length - 300; along += 330)
        {
            if (number == 0)
                DrawTanks(root.Move(along, 70), 290, width - 140);
            else if (number % 2 == 1)
                DrawSheds(root.Move(along, 70), 290, width - 140);
            else
                DrawYard(root.Move(along, 80), 290, width - 160);
        }

        for (var crane = 0; crane < 5; crane++)
            DrawCrane(root.Move(_random.Between(120, length - 120), crane % 2 == 0 ? 20 : width - 20), crane % 2 == 0 ? 1 : -1);
    }

    // Gantries reach inland only: what hangs over the water would be a ship's business.
    private void DrawCrane(Pose foot, int inland) => Raised(foot.Box(-9, -14 * inland, 9, 52 * inland), new(206, 150, 62), 8, 2);

    private void DrawTanks(Pose corner, double length, double width)
    {
        for (var along = 60.0; along < length; along += 110)
        {
            for (var aside = 62.0; aside < width; aside += 110)
            {
                var (x, y) = corner.At(along, aside);
                var radius = _random.Between(32, 44);
                Shapes.Add(SceneShape.Circle(x - 8, y - 13, radius, new(34, 38, 42), 0, 0.5));
                Shapes.Add(SceneShape.Circle(x, y, radius, new(222, 222, 216), 4));
                Shapes.Add(SceneShape.Circle(x, y, radius - 3, new(204, 206, 202), 4));
            }
        }
    }

    private void DrawSheds(Pose corner, double length, double width)
    {
        var color = _random.Pick<SceneColor>(Sheds);
        var half = width / 2;
        Raised(corner.Box(0, 0, length - 40, width), color, 14);
        Shapes.Add(new SceneShape(corner.Box(0, 0, length - 40, half), color.Shade(0.88), 4));
        for (var along = 24.0; along < length - 60; along += 36)
            Shapes.Add(new SceneShape(corner.Box(along, half - 8, along + 10, half + 8), new(226, 232, 234)));
    }

    private void DrawYard(Pose corner, double length, double width)
    {
        for (var along = 0.0; along < length - 40; along += 44)
        {
            for (var aside = 0.0; aside < width - 8; aside += 9)
            {
                if ((int)(aside / 9) % 6 == 5 || _random.Next() < 0.18)
                    continue;
                Shapes.Add(new SceneShape(corner.Box(along, aside, along + 38, aside + 8), _random.Pick<SceneColor>(Boxes).Shade(_random.Between(0.8, 1.1)), 4));
            }
        }
    }

    private void DrawJetties()
    {
        foreach (var (y, length) in (ReadOnlySpan<(double, double)>)[(1930, 1500), (1500, 1750)])
        {
            var root = new Pose(2700, y, -0.06);
            Solid(root.Box(0, -8, length, 8), Concrete, 6);
            Solid(root.Box(length - 20, -190, length + 24, 190), Concrete.Shade(1.05), 6);
            Berths.Add((root.Move(length + 24, 190, -Math.PI / 2), 380));
            for (var along = 120.0; along < length; along += 120)
                Shapes.Add(new SceneShape(root.Box(along, -9, along + 4, 9), Asphalt));
        }
    }

    private void DrawBreakwater(double[] line)
    {
        for (var i = 0; i + 3 < line.Length; i += 2)
        {
            double dx = line[i + 2] - line[i], dy = line[i + 3] - line[i + 1];
            var pose = new Pose(line[i], line[i + 1], Math.Atan2(dy, dx));
            var length = Math.Sqrt((dx * dx) + (dy * dy));
            Solid(pose.Box(-6, -30, length + 6, 30), Stone, 34);
            Round(line[i + 2], line[i + 3], 30, Stone, 34);
        }

        for (var i = 0; i + 3 < line.Length; i += 2)
        {
            double dx = line[i + 2] - line[i], dy = line[i + 3] - line[i + 1];
            var pose = new Pose(line[i], line[i + 1], Math.Atan2(dy, dx));
            Shapes.Add(new SceneShape(pose.Box(-4, -9, Math.Sqrt((dx * dx) + (dy * dy)) + 4, 9), Concrete.Shade(1.12), 8));
        }

        Round(line[^2], line[^1], 44, Stone, 30);
        Shapes.Add(SceneShape.Circle(line[^2], line[^1], 26, Concrete.Shade(1.1), 6));
        Shapes.Add(SceneShape.Circle(line[^2] - 5, line[^1] - 9, 9, new(40, 42, 46), 0, 0.5));
        Shapes.Add(SceneShape.Circle(line[^2], line[^1], 9, new(214, 84, 66)));
        Shapes.Add(SceneShape.Circle(line[^2], line[^1], 5, new(244, 244, 240)));
    }

    private void Round(double x, double y, double radius, SceneColor color, int grain)
    {
        var shape = SceneShape.Circle(x, y, radius, color, grain);
        Shapes.Add(shape);
        Solids.Add(shape);
    }

    private void DrawMarina()
    {
        Solid(new Pose(2800, 7520, 0).Box(0, 0, 380, 760), Concrete, 9);
        Shapes.Add(new SceneShape(new Pose(2800, 7520, 0).Box(20, 30, 330, 730), new(112, 128, 92), 12));
        for (var house = 0; house < 9; house++)
            Raised(new Pose(2850, 7580 + (house * 76), 0).Box(0, 0, _random.Between(90, 220), 46), _random.Pick<SceneColor>(Roofs), 8);
        for (var pontoon = 0; pontoon < 6; pontoon++)
        {
            var start = new Pose(3180, 7590 + (pontoon * 128), 0);
            var length = 820 - (Math.Abs(pontoon - 2) * 70);
            Solid(start.Box(-4, -4, length, 4), Timber, 6);
            Pontoons.Add((start, length, 8));
        }
    }

    private void DrawTown()
    {
        for (var y = 1700.0; y < 8200; y += 178)
        {
            for (var x = 180.0; x < 1950; x += 232)
            {
                if (_terrain.ShoreAt(x, y) < 300 || _random.Next() < 0.12)
                    continue;
                DrawBlock(new Pose(x, y, -0.03), 232, 178);
            }
        }
    }

    private void DrawBlock(Pose corner, double length, double width)
    {
        Shapes.Add(new SceneShape(corner.Box(0, 0, length, 15), Asphalt.Shade(1.06), 6));
        Shapes.Add(new SceneShape(corner.Box(0, 0, 15, width), Asphalt.Shade(1.06), 6));
        if (_random.Next() < 0.14)
            return;
        for (var along = 26.0; along < length - 40; along += 52)
        {
            for (var aside = 26.0; aside < width - 40; aside += 74)
            {
                if (_random.Next() < 0.2)
                    continue;
                var (l, w) = (_random.Between(26, 44), _random.Between(34, 60));
                var roof = _random.Pick<SceneColor>(Roofs).Shade(_random.Between(0.86, 1.08));
                Raised(corner.Box(along, aside, along + l, aside + w), roof, _random.Between(5, 13));
                Shapes.Add(new SceneShape(corner.Box(along, aside, along + (l / 2), aside + w), roof.Shade(0.86), 3));
            }
        }
    }

    private void DrawRocksAndBuoys()
    {
        for (var tries = 0; tries < 6000 && tries >= 0; tries++)
        {
            double x = _random.Between(3000, 9900), y = _random.Between(60, 9940);
            var shore = _terrain.ShoreAt(x, y);
            if (shore is > -30 or < -130 || y is > 1300 and < 8500 && x < 5000)
                continue;
            if (_random.Next() > 0.12)
                continue;
            DrawRock(x, y, _random.Between(5, 17));
        }

        for (var buoy = 0; buoy < 14; buoy++)
        {
            var (x, side) = (7150 + (buoy / 2 * 400), buoy % 2);
            Shapes.Add(SceneShape.Circle(x, (side == 0 ? 3950 : 4750) + (buoy * 6), 3, side == 0 ? new(206, 60, 48) : new(60, 160, 84)));
        }
    }

    private void DrawRock(double x, double y, double radius)
    {
        var points = new double[22];
        var foam = new double[22];
        for (var i = 0; i < 11; i++)
        {
            var (sin, cos) = Math.SinCos(Math.Tau * i / 11);
            var reach = radius * _random.Between(0.65, 1.15);
            (points[2 * i], points[(2 * i) + 1]) = (x + (reach * cos), y + (reach * sin));
            (foam[2 * i], foam[(2 * i) + 1]) = (x + ((reach + 4) * cos), y + ((reach + 4) * sin));
        }

        Shapes.Add(new SceneShape(foam, new(190, 206, 208), 40, 0.3));
        var rock = new SceneShape(points, new(104, 96, 84), 40);
        Shapes.Add(rock);
        Solids.Add(rock);
    }
}
