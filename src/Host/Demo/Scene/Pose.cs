namespace Swath.Host.Demo.Scene;

/// <summary>A place and a direction: maps what is drawn along an axis into the image.</summary>
/// <param name="X">Pixels.</param>
/// <param name="Y">Pixels.</param>
/// <param name="Angle">Radians, clockwise from the image's x axis.</param>
internal readonly record struct Pose(double X, double Y, double Angle)
{
    /// <summary>The image position of <paramref name="along"/> pixels ahead and <paramref name="aside"/> to the right.</summary>
    public (double X, double Y) At(double along, double aside)
    {
        var (sin, cos) = Math.SinCos(Angle);
        return (X + (along * cos) - (aside * sin), Y + (along * sin) + (aside * cos));
    }

    public Pose Move(double along, double aside, double turn = 0)
    {
        var (x, y) = At(along, aside);
        return new Pose(x, y, Angle + turn);
    }

    /// <summary>Maps along, aside pairs to x, y pairs.</summary>
    public double[] Map(params ReadOnlySpan<double> local)
    {
        var mapped = new double[local.Length];
        for (var i = 0; i < local.Length; i += 2)
            (mapped[i], mapped[i + 1]) = At(local[i], local[i + 1]);
        return mapped;
    }

    /// <summary>A rectangle from its near to its far end and its left to its right side.</summary>
    public double[] Box(double along0, double aside0, double along1, double aside1) =>
        Map(along0, aside0, along1, aside0, along1, aside1, along0, aside1);
}
