namespace Swath.Host.Demo.Scene;

/// <summary>Draws a ship as seen from above: wake, shadow, hull, deck, what stands on it.</summary>
internal sealed class ShipDrawing(SceneRandom random, List<SceneShape> shapes)
{
    private static readonly SceneColor White = new(238, 240, 240);
    private static readonly SceneColor Foam = new(214, 228, 232);
    private static readonly SceneColor Glass = new(112, 124, 132);
    private static readonly SceneColor[] Decks = [new(164, 84, 62), new(112, 138, 112), new(158, 160, 158), new(146, 104, 78), new(126, 142, 156)];
    private static readonly SceneColor[] Boxes =
        [new(196, 78, 60), new(74, 118, 168), new(214, 160, 62), new(96, 150, 104), new(222, 222, 216), new(150, 96, 72), new(92, 160, 176)];

    private static readonly SceneColor[] Hulls = [new(206, 206, 204), new(178, 92, 78), new(118, 140, 166), new(188, 178, 158), new(132, 134, 136)];

    public void Draw(Ship ship)
    {
        if (ship.UnderWay)
            DrawWake(ship);
        var height = ship.Kind == ShipKind.Yacht ? 3 : 6;
        shapes.Add(new SceneShape((ship with { Pose = ship.Pose with { X = ship.Pose.X - (height * 0.6), Y = ship.Pose.Y - height } }).Outline, new(8, 20, 30), 0, 0.55));
        var deck = DrawHull(ship);
        switch (ship.Kind)
        {
            case ShipKind.Freighter:
                DrawFreighter(ship, deck);
                break;
            case ShipKind.ContainerShip:
                DrawContainers(ship);
                break;
            case ShipKind.Tanker:
                DrawTanker(ship, deck);
                break;
            case ShipKind.Ferry:
                DrawFerry(ship);
                break;
            case ShipKind.Barge:
                DrawBarge(ship);
                break;
            case ShipKind.Yacht:
                DrawYacht(ship);
                break;
            default:
                DrawWorkboat(ship);
                break;
        }
    }

    private SceneColor DrawHull(Ship ship)
    {
        var (hull, deck) = ship.Kind switch
        {
            ShipKind.Yacht => (White, new SceneColor(216, 206, 184)),
            ShipKind.Ferry => (White, new SceneColor(206, 212, 216)),
            ShipKind.Tanker => (new SceneColor(172, 86, 70), new SceneColor(158, 82, 64)),
            ShipKind.Trawler => (random.Pick<SceneColor>([new(96, 138, 184), new(190, 88, 72), White]), new SceneColor(176, 170, 154)),
            ShipKind.Tug => (random.Pick<SceneColor>([new(206, 132, 60), new(190, 84, 66), new(120, 132, 138)]), new SceneColor(150, 112, 84)),
            ShipKind.Barge => (new SceneColor(128, 118, 106), new SceneColor(112, 102, 90)),
            _ => (random.Pick<SceneColor>(Hulls), random.Pick<SceneColor>(Decks)),
        };
        shapes.Add(new SceneShape(ship.Outline, hull));
        shapes.Add(new SceneShape(ship.Hull(ship.Kind == ShipKind.Yacht ? 1.1 : 1.8), deck, 5));
        return deck;
    }

    private void Box(Ship ship, double from, double to, double half, SceneColor color, double shadow = 2)
    {
        if (shadow > 0)
        {
            var lifted = ship.Pose with { X = ship.Pose.X - (shadow * 0.6), Y = ship.Pose.Y - shadow };
            shapes.Add(new SceneShape(lifted.Box(from, -half, to, half), new(40, 40, 44), 0, 0.4));
        }

        shapes.Add(new SceneShape(ship.Pose.Box(from, -half, to, half), color, 3));
    }

    private void DrawBridge(Ship ship, double from, double to)
    {
        var half = (ship.Beam / 2) - 1.5;
        Box(ship, from, to, half, White, 4);
        Box(ship, to - 2.2, to - 0.8, half - 0.8, Glass, 0);
        Box(ship, from + 1.5, from + 4.5, half * 0.35, random.Pick<SceneColor>([new(196, 70, 52), new(60, 96, 150), new(226, 178, 60)]), 2);
    }

    private void DrawFreighter(Ship ship, SceneColor deck)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        DrawBridge(ship, stern + (length * 0.07), stern + (length * 0.2));
        var cover = deck.Shade(random.Between(1.18, 1.4));
        for (var hold = 0; hold < 4; hold++)
        {
            var from = stern + (length * (0.25 + (hold * 0.15)));
            Box(ship, from, from + (length * 0.12), (ship.Beam / 2) - 3.6, cover, 1.5);
        }
    }

    private void DrawContainers(Ship ship)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        DrawBridge(ship, stern + (length * 0.06), stern + (length * 0.17));
        var rows = (int)((ship.Beam - 4) / 3.2);
        for (var from = stern + (length * 0.2); from < stern + (length * 0.8); from += length * 0.088)
        {
            for (var row = 0; row < rows; row++)
            {
                var aside = (row - (rows / 2.0)) * 3.2;
                shapes.Add(new SceneShape(ship.Pose.Box(from, aside, from + (length * 0.078), aside + 2.9), random.Pick<SceneColor>(Boxes), 3));
            }
        }
    }

    private void DrawTanker(Ship ship, SceneColor deck)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        DrawBridge(ship, stern + (length * 0.06), stern + (length * 0.2));
        Box(ship, stern + (length * 0.24), stern + (length * 0.86), 1, deck.Shade(1.35), 1);
        for (var tank = 0; tank < 4; tank++)
            Box(ship, stern + (length * (0.3 + (tank * 0.14))), stern + (length * (0.3 + (tank * 0.14))) + 1.6, (ship.Beam / 2) - 4, deck.Shade(1.3), 0);
    }

    private void DrawFerry(Ship ship)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        Box(ship, stern + (length * 0.12), stern + (length * 0.78), (ship.Beam / 2) - 3, White, 3);
        for (var line = 0; line < 3; line++)
            Box(ship, stern + (length * (0.2 + (line * 0.15))), stern + (length * (0.3 + (line * 0.15))), (ship.Beam / 2) - 5, new(186, 198, 206), 0);
        Box(ship, stern + (length * 0.3), stern + (length * 0.38), ship.Beam * 0.14, new(206, 88, 62), 3);
    }

    private void DrawWorkboat(Ship ship)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        Box(ship, stern + (length * 0.42), stern + (length * 0.68), (ship.Beam / 2) - 3.2, White, 3);
        Box(ship, stern + (length * 0.63), stern + (length * 0.66), (ship.Beam / 2) - 4, Glass, 0);
        Box(ship, stern + (length * 0.18), stern + (length * 0.32), (ship.Beam / 2) - 4, new(196, 176, 92), 1);
    }

    private void DrawBarge(Ship ship)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        Box(ship, stern + (length * 0.08), stern + (length * 0.9), (ship.Beam / 2) - 3, random.Pick<SceneColor>([new(176, 152, 108), new(142, 128, 116), new(164, 168, 170)]), 0);
    }

    private void DrawYacht(Ship ship)
    {
        var (stern, length) = (-ship.Length / 2, ship.Length);
        Box(ship, stern + (length * 0.34), stern + (length * 0.66), (ship.Beam / 2) - 2.4, White, 1);
        if (random.Next() < 0.5)
            Box(ship, stern + 1.5, stern + (length * 0.2), (ship.Beam / 2) - 2.4, random.Pick<SceneColor>([new(70, 110, 160), new(168, 130, 92), new(120, 132, 140)]), 0);
    }

    private void DrawWake(Ship ship)
    {
        var (stern, half) = (-ship.Length / 2, ship.Beam / 2);
        var reach = ship.Length * random.Between(3, 5.5);
        for (var layer = 0; layer < 5; layer++)
        {
            var (far, wide) = (reach * (1 - (layer * 0.17)), half * (1 - (layer * 0.13)));
            shapes.Add(new SceneShape(ship.Pose.Map(stern - 4, -wide * 0.7, stern - far, -wide * 1.7, stern - (far * 1.04), 0, stern - far, wide * 1.7, stern - 4, wide * 0.7), Foam, 40, 0.018));
        }

        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            for (var layer = 0; layer < 3; layer++)
            {
                var far = reach * (0.8 - (layer * 0.2));
                var spread = far * 0.3;
                shapes.Add(new SceneShape(
                    ship.Pose.Map(ship.Length * 0.36, side * (half + 5), stern - far, side * (half + spread), stern - far, side * (half + spread + 6 + (far * 0.035)), ship.Length * 0.3, side * (half + 7)),
                    Foam, 40, 0.026));
            }
        }
    }
}
