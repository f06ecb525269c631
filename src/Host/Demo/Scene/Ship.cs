namespace Swath.Host.Demo.Scene;

/// <summary>A ship that is known to be there.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Pose">Its middle and heading.</param>
/// <param name="Length">From stern to bow in pixels.</param>
/// <param name="Beam">Its width in pixels.</param>
/// <param name="UnderWay">Whether it draws a wake.</param>
internal sealed record Ship(ShipKind Kind, Pose Pose, double Length, double Beam, bool UnderWay)
{
    /// <summary>The hull at the water line, x, y pairs, not closed.</summary>
    public double[] Outline => Hull(0);

    /// <summary>The hull, smaller by some pixels all around.</summary>
    public double[] Hull(double inset)
    {
        double stern = (-Length / 2) + inset, bow = (Length / 2) - (inset * 1.6), half = (Beam / 2) - inset;
        if (Kind == ShipKind.Barge)
            return Pose.Map(stern, -half, bow - 3, -half, bow, -half * 0.8, bow, half * 0.8, bow - 3, half, stern, half);
        var shoulder = bow - (Length * (Kind is ShipKind.Yacht ? 0.52 : Kind is ShipKind.Tug or ShipKind.Trawler ? 0.34 : 0.2));
        var flare = (bow + shoulder) / 2;
        return Pose.Map(
            stern, -half * 0.82,
            stern + (Length * 0.07), -half,
            shoulder, -half,
            flare, -half * 0.78,
            bow - (Length * 0.025), -half * 0.2,
            bow, 0,
            bow - (Length * 0.025), half * 0.2,
            flare, half * 0.78,
            shoulder, half,
            stern + (Length * 0.07), half,
            stern, half * 0.82);
    }

    /// <summary>Whether two ships come closer than the clearance: oriented boxes, separating axes.</summary>
    public bool IsNear(Ship other, double clearance)
    {
        double dx = other.Pose.X - Pose.X, dy = other.Pose.Y - Pose.Y;
        var reach = ((Length + other.Length + Beam + other.Beam) / 2) + clearance;
        return (dx * dx) + (dy * dy) <= reach * reach
            && !IsApartAlong(other, Pose.Angle, dx, dy, clearance) && !IsApartAlong(other, Pose.Angle + (Math.PI / 2), dx, dy, clearance)
            && !IsApartAlong(other, other.Pose.Angle, dx, dy, clearance) && !IsApartAlong(other, other.Pose.Angle + (Math.PI / 2), dx, dy, clearance);
    }

    private bool IsApartAlong(Ship other, double axis, double dx, double dy, double clearance)
    {
        var (sin, cos) = Math.SinCos(axis);
        return Math.Abs((dx * cos) + (dy * sin)) > Reach(axis) + other.Reach(axis) + clearance;
    }

    private double Reach(double axis)
    {
        var (sin, cos) = Math.SinCos(axis - Pose.Angle);
        return ((Math.Abs(cos) * Length) + (Math.Abs(sin) * Beam)) / 2;
    }
}
