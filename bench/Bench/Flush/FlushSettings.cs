using System.Globalization;

namespace Swath.Bench.Flush;

/// <summary>What <c>bench flush</c> is asked for.</summary>
internal sealed record FlushSettings
{
    public const string Usage = "[--jobs N] [--at-once N] [--repetitions N] [--delay MS]";

    /// <summary>Jobs of a repetition.</summary>
    public int Jobs { get; init; } = 5_000;

    /// <summary>Jobs under way.</summary>
    public int AtOnce { get; init; } = 64;

    public int Repetitions { get; init; } = 3;

    /// <summary>How much longer a flush takes.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(2);

    public static FlushSettings? TryRead(string[] args)
    {
        var settings = new FlushSettings();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
                return null;
            switch (args[i])
            {
                case "--jobs": settings = settings with { Jobs = number }; break;
                case "--at-once" when number <= 512: settings = settings with { AtOnce = number }; break;
                case "--repetitions": settings = settings with { Repetitions = number }; break;
                case "--delay" when number < 1000: settings = settings with { Delay = TimeSpan.FromMilliseconds(number) }; break;
                default: return null;
            }
        }

        return settings;
    }
}
