namespace Swath.Worker.Features;

/// <summary>A position in pixels of the image.</summary>
internal readonly record struct Position(double X, double Y)
{
    /// <summary>x for 0, y for 1.</summary>
    public double this[int axis] => axis == 0 ? X : Y;

    /// <summary>Whether the position lies in a ring, by the even-odd rule.</summary>
    public static bool IsIn(Position position, ReadOnlySpan<Position> ring)
    {
        var isIn = false;
        var previous = ring[^1];
        foreach (var corner in ring)
        {
            if (corner.Y > position.Y != previous.Y > position.Y
                && position.X < corner.X + ((position.Y - corner.Y) / (previous.Y - corner.Y) * (previous.X - corner.X)))
                isIn = !isIn;
            previous = corner;
        }

        return isIn;
    }
}
