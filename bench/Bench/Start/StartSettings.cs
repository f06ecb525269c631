using System.Globalization;

namespace Swath.Bench.Start;

/// <summary>What <c>bench start</c> is asked for.</summary>
internal sealed record StartSettings
{
    public const string Usage = "[--waiting N] [--finished N] [--undelivered N]";

    /// <summary>Jobs that wait in the queue.</summary>
    public int Waiting { get; init; } = 500_000;

    /// <summary>Jobs that are over.</summary>
    public int Finished { get; init; } = 4_000_000;

    /// <summary>Requests that were stored while no process ran, beside what a killed one left behind.</summary>
    public int Undelivered { get; init; } = 1_000;

    public static StartSettings? TryRead(string[] args)
    {
        var settings = new StartSettings();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            switch (args[i])
            {
                case "--waiting": settings = settings with { Waiting = number }; break;
                case "--finished": settings = settings with { Finished = number }; break;
                case "--undelivered": settings = settings with { Undelivered = number }; break;
                default: return null;
            }
        }

        return settings;
    }
}
