namespace Swath.Host.SampleModels.Detecting;

/// <summary>Connected bright pixels: their count, box and moments.</summary>
internal struct Blob
{
    public int Parent;
    public int Area;
    public int Left;
    public int Top;
    public int Right;
    public int Bottom;
    public double SumX;
    public double SumY;
    public double SumXX;
    public double SumYY;
    public double SumXY;

    public void Add(PixelRun run)
    {
        double count = run.End - run.Start, first = run.Start, last = run.End - 1;
        var sumX = (first + last) * count / 2;
        Area += (int)count;
        Left = Math.Min(Left, run.Start);
        Right = Math.Max(Right, run.End);
        Top = Math.Min(Top, run.Y);
        Bottom = Math.Max(Bottom, run.Y + 1);
        SumX += sumX;
        SumY += run.Y * count;
        SumXX += SquaresTo(last) - SquaresTo(first - 1);
        SumYY += (double)run.Y * run.Y * count;
        SumXY += run.Y * sumX;
    }

    public void Add(in Blob other)
    {
        Area += other.Area;
        Left = Math.Min(Left, other.Left);
        Right = Math.Max(Right, other.Right);
        Top = Math.Min(Top, other.Top);
        Bottom = Math.Max(Bottom, other.Bottom);
        SumX += other.SumX;
        SumY += other.SumY;
        SumXX += other.SumXX;
        SumYY += other.SumYY;
        SumXY += other.SumXY;
    }

    /// <summary>The direction in which it is longest, in radians from the x axis.</summary>
    public readonly double Axis()
    {
        double x = SumX / Area, y = SumY / Area;
        return 0.5 * Math.Atan2(2 * ((SumXY / Area) - (x * y)), (SumXX / Area) - (x * x) - ((SumYY / Area) - (y * y)));
    }

    // 0² + 1² + ... + n²
    private static double SquaresTo(double n) => n < 0 ? 0 : n * (n + 1) * ((2 * n) + 1) / 6;
}
