namespace Swath.Contracts;

/// <summary>A rectangle of pixels; (0, 0) is the outer corner of the image's top-left pixel.</summary>
/// <param name="X">Left column, 0 or more.</param>
/// <param name="Y">Top row, 0 or more.</param>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
public readonly record struct PixelWindow(int X, int Y, int Width, int Height)
{
    /// <summary>The column behind the last one.</summary>
    public int Right => X + Width;

    /// <summary>The row behind the last one.</summary>
    public int Bottom => Y + Height;

    public bool Intersects(PixelWindow other) => X < other.Right && other.X < Right && Y < other.Bottom && other.Y < Bottom;

    public override string ToString() => $"{X},{Y} {Width}x{Height}";
}
