namespace Swath.Host.SampleModels.Detecting;

/// <summary>A box along an axis, in pixels; (0, 0) is the outer corner of the tile's top-left pixel.</summary>
internal readonly record struct TurnedBox(double Cos, double Sin, double Near, double Far, double Left, double Right)
{
    public double Length => Far - Near;

    public double Beam => Right - Left;

    /// <summary>The box around the pixels of the runs.</summary>
    public static TurnedBox Around(List<PixelRun> runs, double axis)
    {
        var (sin, cos) = Math.SinCos(axis);
        double near = double.MaxValue, left = double.MaxValue, far = double.MinValue, right = double.MinValue;
        foreach (var run in runs)
        {
            foreach (var x in (ReadOnlySpan<double>)[run.Start + 0.5, run.End - 0.5])
            {
                var y = run.Y + 0.5;
                var (along, aside) = ((x * cos) + (y * sin), (y * cos) - (x * sin));
                (near, far) = (Math.Min(near, along), Math.Max(far, along));
                (left, right) = (Math.Min(left, aside), Math.Max(right, aside));
            }
        }

        // From the pixels' middles to their edges.
        return new TurnedBox(cos, sin, near - 0.5, far + 0.5, left - 0.5, right + 0.5);
    }

    public (double X, double Y) At(double along, double aside) => ((along * Cos) - (aside * Sin), (along * Sin) + (aside * Cos));

    public double[] Corners()
    {
        var corners = new double[8];
        (corners[0], corners[1]) = At(Near, Left);
        (corners[2], corners[3]) = At(Far, Left);
        (corners[4], corners[5]) = At(Far, Right);
        (corners[6], corners[7]) = At(Near, Right);
        return corners;
    }
}
