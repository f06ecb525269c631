namespace Swath.Host.Demo.Scene;

internal readonly record struct SceneColor(byte R, byte G, byte B)
{
    /// <summary>Lighter (above 1) or darker (below 1).</summary>
    public SceneColor Shade(double factor) => new(Clamp(R * factor), Clamp(G * factor), Clamp(B * factor));

    private static byte Clamp(double value) => (byte)Math.Clamp(value, 0, 255);
}
