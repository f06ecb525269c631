using Swath.Contracts;

namespace Swath.Bench.Tiles;

/// <summary>
/// What osml-model-runner 3.0.0rc1 did with the same work on 2 cores: tiles per second end to end at 1, 2 and 4 workers. Written down, not measured in
/// this run: on other machines the factor says little.
/// </summary>
internal static class Reference
{
    /// <summary>Null where it was not measured.</summary>
    public static double? TilesPerSecond(TileFormat format, int size, int workers) => (size, format) switch
    {
        (1024, TileFormat.Gtiff) => At(workers, 22, 30, 20),
        (1024, TileFormat.Nitf) => At(workers, 16, 24, 17),
        (1024, TileFormat.Jpeg) => At(workers, 25, 20, 21),
        (1024, TileFormat.Png) => At(workers, 3.0, 3.9, 4.2),
        (512, TileFormat.Gtiff) => At(workers, 73, 72, 70),
        (512, TileFormat.Nitf) => At(workers, 30, 32, 25),
        (512, TileFormat.Jpeg) => At(workers, 64, 92, 90),
        (512, TileFormat.Png) => At(workers, 12, 13, 13),
        _ => null,
    };

    private static double? At(int workers, double one, double two, double four) => workers switch
    {
        1 => one,
        2 => two,
        4 => four,
        _ => null,
    };
}
