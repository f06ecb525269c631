namespace Swath.Host.Demo.Scene;

/// <summary>Places the ships: along quays, in the marina, at anchor, under way, and on the borders of the demo's tiles. None touches anything.</summary>
internal sealed class Fleet
{
    private const int Cell = 4;
    private const double Apart = 7;

    private readonly int _columns;
    private readonly int _rows;
    private readonly bool[] _blocked;
    private readonly SceneRandom _random;

    public Fleet(int width, int height, Terrain terrain, HarbourPlan plan, SceneRandom random)
    {
        (_columns, _rows, _random) = (width / Cell, height / Cell, random);
        _blocked = new bool[_columns * _rows];
        Parallel.For(0, _rows, row =>
        {
            for (var column = 0; column < _columns; column++)
                _blocked[(row * _columns) + column] = terrain.ShoreAt(column * Cell, row * Cell) > -42;
        });
        foreach (var solid in plan.Solids)
            Block(solid);
        foreach (var (start, length) in plan.Berths)
            Moor(start, length);
        foreach (var (start, length, width1) in plan.Pontoons)
            FillPontoon(start, length, width1);
        PlaceOnTileBorders(28);
        PlaceFree(86, 7300, 9850, 150, 9850, underWay: false);
        PlaceFree(78, 5300, 9850, 150, 9850, underWay: true);
        PlaceFree(64, 3200, 6900, 1300, 8300, underWay: false);
    }

    public List<Ship> Ships { get; } = [];

    private void Moor(Pose quay, double length)
    {
        for (var along = _random.Between(10, 60); along < length - 30;)
        {
            var kind = _random.Pick<ShipKind>([ShipKind.Freighter, ShipKind.Freighter, ShipKind.ContainerShip, ShipKind.ContainerShip, ShipKind.Tanker, ShipKind.Ferry, ShipKind.Trawler, ShipKind.Tug, ShipKind.Barge]);
            var (shipLength, beam) = Measure(kind);
            if (along + shipLength > length)
                return;
            var pose = quay.Move(along + (shipLength / 2), _random.Between(5.5, 9) + (beam / 2), _random.Next() < 0.5 ? Math.PI : 0);
            if (_random.Next() < 0.72)
                TryAdd(new Ship(kind, pose, shipLength, beam, UnderWay: false), null);
            along += shipLength + _random.Between(14, 70);
        }
    }

    private void FillPontoon(Pose pontoon, double length, double width)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            for (var along = 30.0; along < length - 14; along += 24)
            {
                if (_random.Next() < 0.42)
                    continue;
                var (boatLength, beam) = Measure(ShipKind.Yacht);
                var pose = pontoon.Move(along, side * ((width / 2) + 5 + (boatLength / 2)), side * (Math.PI / 2) * (_random.Next() < 0.8 ? 1 : -1));
                TryAdd(new Ship(ShipKind.Yacht, pose, boatLength, Math.Min(beam, 13), UnderWay: false), null);
            }
        }
    }

    // The demo's tiles of 1024 start every 897.6 pixels: ships across these lines are cut by one tile and whole in another.
    private void PlaceOnTileBorders(int count)
    {
        for (var tries = 0; count > 0 && tries < 20_000; tries++)
        {
            var line = Math.Round((1 + _random.Below(9)) * 897.6) + (_random.Next() < 0.5 ? 0 : 126.4);
            var other = _random.Between(200, 9800);
            var (x, y) = _random.Next() < 0.5 ? (line, other) : (other, line);
            if (TryAdd(Sailing(x, y, underWay: false), Apart * 3))
                count--;
        }
    }

    private void PlaceFree(int count, double left, double right, double top, double bottom, bool underWay)
    {
        for (var tries = 0; count > 0 && tries < 40_000; tries++)
        {
            if (TryAdd(Sailing(_random.Between(left, right), _random.Between(top, bottom), underWay), underWay ? 40 : 20))
                count--;
        }
    }

    private Ship Sailing(double x, double y, bool underWay)
    {
        var kind = _random.Pick<ShipKind>([ShipKind.Freighter, ShipKind.ContainerShip, ShipKind.Tanker, ShipKind.Ferry, ShipKind.Trawler, ShipKind.Trawler, ShipKind.Tug, ShipKind.Yacht, ShipKind.Yacht]);
        var (length, beam) = Measure(kind);
        // Ships at anchor lie to wind and tide: all about the same way.
        var angle = underWay ? _random.Between(0, Math.Tau) : 0.55 + _random.Between(-0.3, 0.3);
        return new Ship(kind, new Pose(x, y, angle), length, beam, underWay);
    }

    private (double Length, double Beam) Measure(ShipKind kind)
    {
        var (low, high, ratio) = kind switch
        {
            ShipKind.Freighter => (74.0, 108.0, 0.17),
            ShipKind.ContainerShip => (86.0, 110.0, 0.18),
            ShipKind.Tanker => (78.0, 110.0, 0.175),
            ShipKind.Ferry => (62.0, 100.0, 0.23),
            ShipKind.Trawler => (38.0, 58.0, 0.29),
            ShipKind.Tug => (40.0, 54.0, 0.36),
            ShipKind.Barge => (64.0, 104.0, 0.2),
            _ => (25.0, 44.0, 0.31),
        };
        var length = _random.Between(low, high);
        return (length, length * ratio * _random.Between(0.94, 1.06));
    }

    /// <param name="ship">The ship.</param>
    /// <param name="clearance">Free water around it; null where a quay is known to be near.</param>
    private bool TryAdd(Ship ship, double? clearance)
    {
        if (clearance is { } margin && !IsFree(ship, margin))
            return false;
        foreach (var other in Ships)
        {
            if (ship.IsNear(other, Math.Max(Apart, clearance ?? 0)))
                return false;
        }

        Ships.Add(ship);
        return true;
    }

    private bool IsFree(Ship ship, double clearance)
    {
        double along = (ship.Length / 2) + clearance, aside = (ship.Beam / 2) + clearance;
        for (var a = -along; a <= along; a += Cell)
        {
            for (var b = -aside; b <= aside; b += Cell)
            {
                var (x, y) = ship.Pose.At(a, b);
                var (column, row) = ((int)(x / Cell), (int)(y / Cell));
                if (x < 8 || y < 8 || column >= _columns - 2 || row >= _rows - 2 || _blocked[(row * _columns) + column])
                    return false;
            }
        }

        return true;
    }

    private void Block(SceneShape solid)
    {
        for (var row = Math.Max(0, (solid.Top / Cell) - 1); row <= Math.Min(_rows - 1, (solid.Bottom / Cell) + 1); row++)
        {
            for (var column = Math.Max(0, (solid.Left / Cell) - 1); column <= Math.Min(_columns - 1, (solid.Right / Cell) + 1); column++)
            {
                if (Covers(solid.Points, (column + 0.5) * Cell, (row + 0.5) * Cell))
                    _blocked[(row * _columns) + column] = true;
            }
        }
    }

    private static bool Covers(double[] points, double x, double y)
    {
        var inside = false;
        var (x0, y0) = (points[^2], points[^1]);
        for (var i = 0; i < points.Length; i += 2)
        {
            var (x1, y1) = (points[i], points[i + 1]);
            if (y0 <= y != y1 <= y && x < x0 + ((y - y0) / (y1 - y0) * (x1 - x0)))
                inside = !inside;
            (x0, y0) = (x1, y1);
        }

        return inside;
    }
}
