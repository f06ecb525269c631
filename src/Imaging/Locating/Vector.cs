namespace Swath.Imaging.Locating;

/// <summary>A place or direction in earth-centred coordinates, metres.</summary>
internal readonly record struct Vector(double X, double Y, double Z)
{
    public double Length => Math.Sqrt(Dot(this));

    public Vector Unit => this * (1 / Length);

    public double Dot(Vector other) => (X * other.X) + (Y * other.Y) + (Z * other.Z);

    public Vector Cross(Vector other) => new((Y * other.Z) - (Z * other.Y), (Z * other.X) - (X * other.Z), (X * other.Y) - (Y * other.X));

    public static Vector operator +(Vector first, Vector second) => new(first.X + second.X, first.Y + second.Y, first.Z + second.Z);

    public static Vector operator -(Vector first, Vector second) => new(first.X - second.X, first.Y - second.Y, first.Z - second.Z);

    public static Vector operator *(Vector vector, double factor) => new(vector.X * factor, vector.Y * factor, vector.Z * factor);
}
