using Swath.Host.Demo.Scene;

namespace Swath.Host.Demo;

/// <summary>
/// The demo's image: a made-up harbour with known ships, 10 000 x 10 000 pixels of 0.5 m in UTM zone 18 north, the same on
/// every machine. Quays, jetties, breakwaters, rocks, buoys and wakes are there to be mistaken for ships.
/// </summary>
internal sealed class HarbourScene
{
    /// <summary>Columns and rows.</summary>
    public const int Size = 10_000;

    /// <summary>Metres per pixel.</summary>
    public const double PixelSize = 0.5;

    /// <summary>WGS 84 / UTM zone 18N.</summary>
    public const int EpsgCode = 32618;

    /// <summary>Easting of the outer corner of the top-left pixel.</summary>
    public const double OriginX = 583_000;

    /// <summary>Northing of the same corner.</summary>
    public const double OriginY = 4_508_000;

    /// <summary>Top-left corners of two places that show ships well, for the picture.</summary>
    public static readonly IReadOnlyList<(int X, int Y)> Views = [(5834, 2208), (3560, 7560)];

    private readonly Terrain _terrain;
    private readonly sbyte[] _grain;
    private readonly List<SceneShape> _shapes;

    private HarbourScene(Terrain terrain, sbyte[] grain, List<SceneShape> shapes, IReadOnlyList<Ship> ships) =>
        (_terrain, _grain, _shapes, Ships) = (terrain, grain, shapes, ships);

    /// <summary>The truth.</summary>
    public IReadOnlyList<Ship> Ships { get; }

    public static HarbourScene Create()
    {
        var random = new SceneRandom(0x5A7B);
        var waves = Texture.Waves(random);
        var grain = Texture.Grain(random);
        var terrain = new Terrain(Size, Size, waves, grain);
        var plan = new HarbourPlan(random, terrain);
        var fleet = new Fleet(Size, Size, terrain, plan, random);
        var shapes = new List<SceneShape>(plan.Shapes);
        var drawing = new ShipDrawing(random, shapes);
        foreach (var ship in fleet.Ships)
            drawing.Draw(ship);
        return new HarbourScene(terrain, grain, shapes, fleet.Ships);
    }

    /// <summary>Draws some rows of the image.</summary>
    /// <param name="firstRow">0 or more.</param>
    /// <param name="rgb">Size x 3 bytes for each row, interleaved.</param>
    public void Render(int firstRow, Span<byte> rgb)
    {
        var rows = rgb.Length / (Size * 3);
        for (var row = 0; row < rows; row++)
            _terrain.Paint(firstRow + row, rgb.Slice(row * Size * 3, Size * 3));
        var painter = new ShapePainter(Size, _grain);
        foreach (var shape in _shapes)
        {
            if (shape.Bottom >= firstRow && shape.Top < firstRow + rows)
                painter.Fill(shape, firstRow, rgb);
        }
    }
}
