using System.Globalization;

namespace Swath.Bench.Transport;

/// <summary>What <c>bench transport</c> is asked for.</summary>
/// <param name="Messages">Messages of one measurement, over all its processes.</param>
/// <param name="Jobs">Jobs of one measurement.</param>
/// <param name="Repetitions">Measurements; the median counts.</param>
internal sealed record TransportSettings(int Messages, int Jobs, int Repetitions)
{
    public const string Usage = "[--messages 15000] [--jobs 300] [--repetitions 3]";

    public static TransportSettings? TryRead(string[] args)
    {
        var settings = new TransportSettings(15_000, 300, 3);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number) || number < 1)
                return null;
            switch (args[i])
            {
                case "--messages": settings = settings with { Messages = number }; break;
                case "--jobs": settings = settings with { Jobs = number }; break;
                case "--repetitions": settings = settings with { Repetitions = number }; break;
                default: return null;
            }
        }

        return settings;
    }
}
